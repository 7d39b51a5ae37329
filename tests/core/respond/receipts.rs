//! Receipts: what was sent can be said exactly, and shown again byte for byte.

use rusqlite::Connection;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use skein_core::Code;
use skein_core::store::setting::hex;
use skein_core::wire::{
    ContextPolicy, EndpointOptions, EndpointPatch, NewEndpoint, Protocol, ResponseRequest, ResponseStatus, Role,
};
use skein_support::model_server::Reply;

use crate::support::{World, input, refused, request};

fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

#[tokio::test]
async fn a_receipt_says_what_went_out_when_and_to_whom() {
    let world = World::new();
    world.server.always(Reply::text("yes").header("x-request-id", "req_42"));
    world.send("t", "one").await;
    let mut asked = request("t", "two");
    asked.parameters = json!({"temperature": 0.5, "logit_bias": {"1": 2}}).as_object().unwrap().clone();
    let response = world.ask(asked).await.unwrap().done().await;
    let path = world.path("t");

    let receipt = world.skein.receipt(&response.id).unwrap();
    let sent = world.server.last_request();
    assert_eq!(receipt.response, response.id);
    assert_eq!(receipt.thread.as_deref(), Some("t"));
    assert_eq!((receipt.endpoint.as_str(), receipt.protocol), ("scripted", Some(Protocol::OpenaiChat)));
    assert!(world.server.base_url().starts_with(&receipt.origin));
    assert_eq!((receipt.model_asked.as_str(), receipt.model.as_deref()), ("scripted", Some("scripted")));
    assert_eq!((receipt.messages.sent, receipt.messages.left_out), (3, 0));
    assert_eq!(receipt.messages.left_out_because, None);
    assert_eq!(
        (receipt.messages.tip.as_ref(), receipt.messages.oldest.as_ref()),
        (Some(&path[2].id), Some(&path[0].id))
    );
    let ids: String = path[..3].iter().flat_map(|message| [message.id.as_str(), "\n"]).collect();
    assert_eq!(receipt.messages.ids_sha256, hash(ids.as_bytes()));
    assert_eq!(Value::Object(receipt.parameters.clone()), json!({"temperature": 0.5, "logit_bias": {"1": 2}}));
    assert_eq!(receipt.body_sha256.as_deref(), Some(hash(&sent.body).as_str()));
    assert_eq!(receipt.body_bytes, Some(sent.body.len() as u64));
    assert_eq!(receipt.request_id.as_deref(), Some("req_42"));
    assert_eq!((receipt.attempts, receipt.tokens.reported), (1, response.usage));
    assert_eq!(receipt.tokens.counted_by, "estimate");
    let times = [Some(receipt.times.queued.clone()), receipt.times.connected.clone(), receipt.times.first_byte.clone()];
    let times: Vec<String> = times.into_iter().chain([receipt.times.last_byte.clone()]).map(Option::unwrap).collect();
    assert!(times.is_sorted(), "{times:?}");

    assert_eq!(world.skein.receipt(&path[3].id).unwrap(), receipt, "a reply names its receipt too");
    assert_eq!(refused(world.skein.receipt(&path[2].id)), Code::InvalidRequest);
    assert_eq!(refused(world.skein.receipt("resp_none")), Code::ResponseNotFound);
}

#[tokio::test]
async fn the_exact_request_is_made_anew_and_held_against_its_hash() {
    let world = World::with_window(Some(2_000));
    let mut first = request("t", &"old ".repeat(600));
    first.inputs.insert(0, input(Role::System, "Be \"brief\".\u{2028}"));
    world.ask(first).await.unwrap().done().await;
    world.send("t", &"newer ".repeat(300)).await;
    let mut ids = Vec::new();
    for n in 0..3 {
        if n == 2 {
            world.server.queue(Reply::cut_after("half"));
        }
        ids.push((
            world.send("t", &format!("question {n} {}", "word ".repeat(100))).await,
            world.server.last_request(),
        ));
    }
    assert!(ids[2].0.context.left_out > 0);
    for (response, request) in &ids {
        let again = world.skein.sent_request(&response.id).unwrap();
        assert_eq!(again.body.as_bytes(), request.body);
        assert_eq!((again.exact, again.sha256), (Some(true), hash(&request.body)));
    }
    let cut = world.path("t").last().unwrap().id.clone();
    let on = world.skein.continue_reply("t", &cut, std::sync::Arc::new(())).await.unwrap().done().await;
    let again = world.skein.sent_request(&on.id).unwrap();
    assert_eq!((again.exact, again.body.as_bytes()), (Some(true), world.server.last_request().body.as_slice()));

    let foreign = Connection::open(world.dir.path().join("skein.db")).unwrap();
    foreign.execute_batch("DROP TRIGGER message_never_changes;").unwrap();
    foreign.execute("UPDATE message SET texts = '[\"other\"]' WHERE id = ?1", [&cut]).unwrap();
    assert_eq!(refused(world.skein.sent_request(&on.id)), Code::StorageError);
}

fn endpoint(world: &World, name: &str, protocol: Protocol, organization: Option<&str>) -> String {
    let options = EndpointOptions { organization_id: organization.map(str::to_owned), ..EndpointOptions::default() };
    let base_url = world.server.base_url();
    let new = NewEndpoint { name: name.into(), protocol, base_url, options, ..NewEndpoint::default() };
    world.skein.add_endpoint(new).unwrap().id
}

#[tokio::test]
async fn a_request_is_made_anew_exactly_whatever_has_changed_since() {
    let world = World::new();
    let freddy = endpoint(&world, "freddy", Protocol::Freddy, Some(&"o".repeat(200)));
    let alone = endpoint(&world, "alone", Protocol::Freddy, None);
    endpoint(&world, "claude", Protocol::AnthropicMessages, None);
    world.server.answer_with(|request| match request.json()["max_tokens"].as_u64() {
        Some(4096) => Reply::json(
            400,
            &json!({"type": "error", "error": {"type": "invalid_request_error",
                "message": "max_tokens: 4096 > 2048, which is the maximum allowed number of output tokens for tiny"}}),
        ),
        _ => Reply::json(200, &json!({})).header("x-request-id", &"r".repeat(500)),
    });
    let mut sent = Vec::new();
    for model in ["freddy/tiny", "alone/tiny", "claude/tiny"] {
        let mut asked = request(&model.replace('/', "-"), "hello");
        asked.model = Some(model.into());
        let response = world.ask(asked).await.unwrap().done().await;
        sent.push((response.id, world.server.last_request().body));
    }
    let changed = |organization: Option<&str>| EndpointPatch {
        options: Some(EndpointOptions {
            organization_id: organization.map(str::to_owned),
            ..EndpointOptions::default()
        }),
        ..EndpointPatch::default()
    };
    world.skein.change_endpoint(&freddy, changed(None)).unwrap();
    world.skein.change_endpoint(&alone, changed(Some("org_new"))).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&sent[2].1).unwrap()["max_tokens"], json!(2048));
    let foreign = Connection::open(world.dir.path().join("skein.db")).unwrap();
    for (id, body) in &sent {
        let again = world.skein.sent_request(id).unwrap();
        assert_eq!((again.body.as_bytes(), again.exact), (body.as_slice(), Some(true)));
        let size: u32 =
            foreign.query_row("SELECT length(receipt) FROM response WHERE id = ?1", [id], |row| row.get(0)).unwrap();
        assert!(size <= 1024, "{size} bytes");
    }
}

#[tokio::test]
async fn a_large_request_is_read_in_pages_that_join_to_all_of_it() {
    let world = World::with_window(Some(200_000));
    world.send("t", &format!("{}\u{fc}{}", "word ".repeat(20_000), "\n".repeat(30_000))).await;
    let response = world.send("t", "short").await;
    let first = world.skein.request_page(&response.id, 0).unwrap();
    assert_eq!((first.page, first.exact), (1, Some(true)));
    assert!(first.pages > 3 && first.text.starts_with("{\n  \"model\": \"scripted\""), "{} pages", first.pages);
    let read = |page| world.skein.request_page(&response.id, page).unwrap();
    let pages: Vec<String> = (1..=first.pages).map(|page| read(page).text).collect();
    assert!(pages.iter().all(|page| !page.is_empty() && page.len() <= 32 * 1024));
    let sent = world.server.last_request();
    assert_eq!(serde_json::from_str::<Value>(&pages.concat()).unwrap(), sent.json());
    assert_eq!((first.bytes, &first.sha256), (sent.body.len() as u64, &hash(&sent.body)));
    assert_eq!(read(99).page, first.pages, "past the end stands the last one");
    let mut asked = request("t", "hello");
    asked.model = Some("practice/practice".into());
    let practice = world.ask(asked).await.unwrap().done().await;
    let none = world.skein.request_page(&practice.id, 1).unwrap();
    assert_eq!((none.pages, none.text.as_str(), none.exact), (0, "", None));
}

#[tokio::test]
async fn a_chain_has_receipts_and_a_thread_that_keeps_it_has_them_too() {
    let world = World::new();
    let chain = |previous: Option<&str>, text: &str| ResponseRequest {
        inputs: vec![input(Role::User, text)],
        previous_response_id: previous.map(str::to_owned),
        ..ResponseRequest::default()
    };
    let first = world.ask(chain(None, "one")).await.unwrap().done().await;
    let second = world.ask(chain(Some(&first.id), "two")).await.unwrap().done().await;
    let sent = world.server.last_request();
    let receipt = world.skein.receipt(&second.id).unwrap();
    assert_eq!((receipt.thread.as_ref(), receipt.messages.sent), (None, 3));
    let again = world.skein.sent_request(&second.id).unwrap();
    assert_eq!((again.exact, again.body.as_bytes()), (Some(true), sent.body.as_slice()));

    world.skein.keep_chain(&second.id, Some("kept"), None, None).unwrap();
    let kept = world.skein.receipt(&second.id).unwrap();
    assert_eq!(kept.thread.as_deref(), Some("kept"));
    assert_eq!((kept.body_sha256, kept.times), (receipt.body_sha256, receipt.times));
    assert_eq!(world.skein.sent_request(&second.id).unwrap().exact, Some(true));
}

#[tokio::test]
async fn what_never_left_says_so() {
    let world = World::new();
    let mut asked = request("t", "hello");
    asked.model = Some("practice/practice".into());
    let response = world.ask(asked).await.unwrap().done().await;
    let receipt = world.skein.receipt(&response.id).unwrap();
    assert_eq!((receipt.protocol, receipt.origin.as_str()), (Some(Protocol::Practice), "practice"));
    assert_eq!((receipt.body_sha256, receipt.times.connected), (None, None));
    assert_eq!(world.skein.sent_request(&response.id).unwrap().exact, None);
    world.server.always(Reply::error(401, "bad_key", "no"));
    let failed = world.send("t", "again").await;
    assert_eq!(failed.status, ResponseStatus::Failed);
    let receipt = world.skein.receipt(&failed.id).unwrap();
    assert!(receipt.body_sha256.is_some() && receipt.tokens.reported.is_none() && receipt.cost.is_none());
}

#[tokio::test]
async fn a_receipt_stays_under_a_kibibyte_in_a_thread_of_10_000_messages() {
    let world = World::with_window(Some(8_192));
    world.server.always(Reply::text("yes").header("x-request-id", &"r".repeat(500)));
    let pairs = 9_990 / 2;
    let inputs = (0..pairs)
        .flat_map(|n| [input(Role::User, &format!("question {n}")), input(Role::Assistant, &format!("answer {n}"))]);
    let filled = ResponseRequest { inputs: inputs.collect(), ..request("t", "") };
    assert_eq!(refused(world.ask(filled.clone()).await), Code::ContextTooLong, "new inputs go in any case");
    fill(&world, filled);
    let response = world.send("t", "and now?").await;
    assert!(response.context.left_out > 5_000, "{:?}", response.context);
    let receipt = world.skein.receipt(&response.id).unwrap();
    assert_eq!(receipt.messages.left_out_because.as_deref(), Some("budget"));
    assert_eq!(receipt.messages.policy, ContextPolicy::Newest);
    assert_eq!(world.skein.sent_request(&response.id).unwrap().exact, Some(true));
    let foreign = Connection::open(world.dir.path().join("skein.db")).unwrap();
    let stored: String =
        foreign.query_row("SELECT receipt FROM response WHERE id = ?1", [&response.id], |row| row.get(0)).unwrap();
    assert!(stored.len() <= 1024, "{} bytes: {stored}", stored.len());
    let fields: Vec<String> =
        serde_json::from_str::<serde_json::Map<String, Value>>(&stored).unwrap().keys().cloned().collect();
    assert!(fields.is_sorted(), "{fields:?}");
    let values: Value = serde_json::from_str(&stored).unwrap();
    assert!(values.as_object().unwrap().values().all(|value| value.is_string() || value.is_u64()), "{stored}");
}

/// Many messages at once, through a model that can take them all.
fn fill(world: &World, request: ResponseRequest) {
    let store = skein_core::store::Store::open(world.dir.path()).unwrap();
    let messages = skein_core::thread::check_inputs(request.inputs).unwrap();
    store
        .write(|tx| {
            let thread = skein_core::thread::ThreadId::parse("t").unwrap();
            let thread = skein_core::store::thread::insert(tx, &thread, None, None, 0)?;
            let mut parent = None;
            for message in &messages {
                let new = skein_core::store::message::NewInsert {
                    thread: thread.seq,
                    parent,
                    message,
                    created_at: 0,
                    response: None,
                };
                let row = skein_core::store::message::insert(tx, &new)?;
                parent = Some(row.seq);
                if row.depth as usize == messages.len() {
                    skein_core::store::thread::set_tip(tx, &row, 0)?;
                }
            }
            Ok::<_, skein_core::store::StoreError>(())
        })
        .unwrap();
}
