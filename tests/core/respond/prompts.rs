//! Stored prompts: the library, placeholders, and what a client's new threads begin with.

use std::collections::BTreeMap;

use serde_json::json;
use skein_core::thread::prompt::{fill, placeholders};
use skein_core::wire::{PromptPatch, Role, ThreadChoice};
use skein_core::{Beginning, Code, RespondOptions};

use crate::support::{World, input, refused, request};

fn new(name: &str, text: &str, clients: &[&str]) -> PromptPatch {
    let clients = clients.iter().map(|client| (*client).to_owned()).collect();
    PromptPatch { name: Some(name.into()), text: Some(text.into()), clients: Some(clients) }
}

#[test]
fn placeholders_are_found_once_in_order_and_filled_without_looking_into_values() {
    let text = "Dear {{ name }}, about {{matter}}: {{name}}. {{}} {{a\nb}} {{{{inner}}}} {{open";
    assert_eq!(placeholders(text), ["name", "matter", "inner"]);
    let values = BTreeMap::from([("name".into(), "{{matter}}".into()), ("inner".into(), "x".into())]);
    let filled = "Dear {{matter}}, about {{matter}}: {{matter}}. {{}} {{a\nb}} {{x}} {{open";
    assert_eq!(fill(text, &values), filled);
    assert_eq!(placeholders("no } }} {{ none"), Vec::<&str>::new());
}

#[test]
fn a_library_of_prompts_is_kept_named_and_changed() {
    let world = World::new();
    let made = world.skein.create_prompt(&new(" Summary ", "Summarise {{text}} in {{words}} words.", &[])).unwrap();
    assert_eq!(
        (made.name.as_str(), made.placeholders.as_slice()),
        ("Summary", ["text".to_owned(), "words".into()].as_slice())
    );
    assert_eq!(refused(world.skein.create_prompt(&new("Summary", "x", &[]))), Code::InvalidRequest);
    assert_eq!(refused(world.skein.create_prompt(&new("", "x", &[]))), Code::InvalidRequest);
    assert_eq!(refused(world.skein.create_prompt(&new("Empty", "  ", &[]))), Code::InvalidRequest);
    world.skein.create_prompt(&new("another", "Text", &[])).unwrap();
    let names: Vec<_> = world.skein.list_prompts().unwrap().into_iter().map(|prompt| prompt.name).collect();
    assert_eq!(names, ["another", "Summary"]);
    let patch = PromptPatch { text: Some("Just {{text}}".into()), ..PromptPatch::default() };
    assert_eq!(world.skein.change_prompt("Summary", &patch).unwrap().id, made.id);
    let filled = world.skein.fill_prompt("Summary", &BTreeMap::new()).unwrap();
    assert_eq!((filled.text.as_str(), filled.missing), ("Just {{text}}", vec!["text".to_owned()]));
    let again = crate::support::open(world.dir.path());
    assert_eq!(again.get_prompt(&made.id).unwrap().text, "Just {{text}}");
    world.skein.delete_prompt("Summary").unwrap();
    assert_eq!(refused(world.skein.get_prompt("Summary")), Code::NotFound);
}

#[tokio::test]
async fn a_clients_new_threads_begin_with_its_prompt() {
    let world = World::new();
    world.skein.create_prompt(&new("Acme", "You work for {{client}} on {{matter}}.", &["Acme"])).unwrap();
    let ask = |thread: &str, client: &str| {
        let metadata = json!({"client": client}).as_object().cloned();
        let mut asked = request(thread, "hello");
        asked.thread = Some(ThreadChoice::Object { id: thread.into(), metadata });
        asked
    };
    world.ask(ask("a", "Acme")).await.unwrap().done().await;
    let sent = world.server.last_request().messages();
    assert_eq!(sent[0], ("system".into(), "You work for Acme on {{matter}}.".into()));
    let path = world.path("a");
    assert_eq!(
        (path.len(), path[0].role, path[1].role),
        (3, Role::System, Role::User),
        "it is a message of the thread"
    );
    world.send("a", "more").await;
    assert_eq!(world.path("a").len(), 5, "only new threads begin with it");

    let mut own = ask("b", "Acme");
    own.inputs.insert(0, input(Role::System, "Mine"));
    world.ask(own).await.unwrap().done().await;
    assert_eq!(world.texts("b")[0], "Mine", "a system message of one's own stands in its place");
    world.ask(ask("c", "Beta")).await.unwrap().done().await;
    assert_eq!(world.texts("c")[0], "hello");
    world.skein.create_prompt(&new("Other", "Other", &["Acme"])).unwrap();
    assert_eq!(world.skein.get_prompt("Acme").unwrap().clients, Vec::<String>::new(), "a client has one");
    world.skein.delete_prompt("Other").unwrap();
    world.ask(ask("d", "Acme")).await.unwrap().done().await;
    assert_eq!(world.texts("d")[0], "hello");
}

#[tokio::test]
async fn the_system_prompt_of_a_thread_is_known_before_it_begins_and_after() {
    let world = World::new();
    world.skein.create_prompt(&new("Acme", "You work for {{client}} on {{matter}}.", &["Acme"])).unwrap();
    let asking = |thread: Option<&str>, client: Option<&str>| world.skein.asking(thread, client).unwrap().system;
    assert_eq!((asking(None, None), asking(None, Some("Beta"))), (None, None));
    let begins = asking(None, Some("Acme")).unwrap();
    assert_eq!(begins.text, "You work for Acme on {{matter}}.");
    assert_eq!((begins.prompt.as_deref(), begins.missing), (Some("Acme"), vec!["matter".to_owned()]));

    let metadata = json!({"client": "Acme", "matter": "tax"}).as_object().cloned();
    world.skein.create_thread(Some("t"), None, metadata).unwrap();
    let begins = asking(Some("t"), None).unwrap();
    assert_eq!((begins.text.as_str(), begins.missing.len()), ("You work for Acme on tax.", 0));
    world.send("t", "hello").await;
    let begun = asking(Some("t"), None).unwrap();
    assert_eq!((begun.text.as_str(), begun.prompt), ("You work for Acme on tax.", None), "it stands in the thread");

    let mut changed = request("t", "again");
    changed.inputs.insert(0, input(Role::System, "Be brief."));
    world.ask(changed).await.unwrap().done().await;
    assert_eq!(asking(Some("t"), None).unwrap().text, "Be brief.");
    world.send("plain", "hello").await;
    assert_eq!(asking(Some("plain"), None), None);
    assert_eq!(refused(world.skein.asking(Some("nobody"), None)), Code::ThreadNotFound);
}

#[tokio::test]
async fn a_thread_can_begin_without_its_clients_prompt() {
    let world = World::new();
    world.skein.create_prompt(&new("Acme", "You work for {{client}}.", &["Acme"])).unwrap();
    let mut asked = request("t", "hello");
    asked.thread =
        Some(ThreadChoice::Object { id: "t".into(), metadata: json!({"client": "Acme"}).as_object().cloned() });
    let beginning = Beginning { without_prompt: true, ..Beginning::default() };
    let options = RespondOptions { beginning, ..RespondOptions::default() };
    world.skein.respond(asked, options, std::sync::Arc::new(())).await.unwrap().done().await;
    assert_eq!(world.texts("t")[0], "hello");
}
