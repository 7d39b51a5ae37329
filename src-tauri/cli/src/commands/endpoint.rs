//! Endpoints: adding, changing, testing and removing them, and their keys.

use std::io::{BufRead, Read};

use skein_core::Skein;
use skein_core::keychain::KeychainError;
use skein_core::wire::{
    Deleted, Endpoint, EndpointOptions, EndpointPatch, EndpointTest, FoundEndpoint, KeyState, Model, NewEndpoint, Page,
};

use crate::args::{AddArgs, ChangeArgs, EndpointCommand};
use crate::failure::{ENDPOINT, Failure, STORE, exit_code_of};
use crate::output::{Output, note, one_line, print_json, print_line};

/// Runs a command about endpoints.
pub async fn run(skein: &Skein, command: &EndpointCommand, output: &Output) -> Result<u8, Failure> {
    match command {
        EndpointCommand::Add(add) => add_endpoint(skein, add, output),
        EndpointCommand::Change(change) => change_endpoint(skein, change, output),
        EndpointCommand::List => {
            let page = page(skein.list_endpoints()?);
            output.value(&page, |page| page.data.iter().map(|e| words(e, output)).collect::<Vec<_>>().join("\n"))?;
            Ok(0)
        }
        EndpointCommand::Test { name } => test(skein, name, output).await,
        EndpointCommand::Discover => {
            let page = page(skein.discover_endpoints().await?);
            output.value(&page, found_words)?;
            Ok(0)
        }
        EndpointCommand::Models { name } => {
            let page = page(skein.list_models(name).await?);
            let names = |page: &Page<Model>| page.data.iter().map(|m| one_line(&m.id)).collect::<Vec<_>>().join("\n");
            output.value(&page, names)?;
            Ok(0)
        }
        EndpointCommand::Default { name } => {
            let endpoint = skein.set_default_endpoint(name)?;
            output.value(&endpoint, |endpoint| format!("{} is the default now.", endpoint.name))?;
            Ok(0)
        }
        EndpointCommand::Remove { name } => {
            let id = skein.get_endpoint(name)?.id;
            skein.remove_endpoint(&id)?;
            let removed = Deleted { id, object: "endpoint".into(), deleted: true };
            output.value(&removed, |_| format!("{name} was removed, and its key."))?;
            Ok(0)
        }
    }
}

fn add_endpoint(skein: &Skein, add: &AddArgs, output: &Output) -> Result<u8, Failure> {
    let key = add.more.key_stdin.then(key_from_stdin).transpose()?;
    let endpoint = skein.add_endpoint(NewEndpoint {
        name: add.name.clone(),
        protocol: add.protocol,
        base_url: add.base_url.clone(),
        model: add.more.model.clone(),
        context_window: add.more.context_window,
        allow_http: add.more.allow_http,
        options: add.more.over(EndpointOptions::default()),
        parameters: add.more.parameters.clone().unwrap_or_default(),
    })?;
    let Some(key) = key else { return told(skein, &endpoint, false, output) };
    match skein.set_key(&endpoint.id, key.into()) {
        Ok(endpoint) => told(skein, &endpoint, true, output),
        Err(error) => {
            // All or nothing: what is not a key was no endpoint's.
            skein.remove_endpoint(&endpoint.id)?;
            Err(error.into())
        }
    }
}

fn change_endpoint(skein: &Skein, change: &ChangeArgs, output: &Output) -> Result<u8, Failure> {
    let key = change.more.key_stdin.then(key_from_stdin).transpose()?;
    let before = skein.get_endpoint(&change.name)?;
    let id = before.id;
    let patch = EndpointPatch {
        name: change.rename.clone(),
        base_url: change.base_url.clone(),
        model: change.more.model.clone(),
        context_window: change.more.context_window,
        allow_http: change.more.allow_http.then_some(true),
        protocol: change.protocol,
        options: Some(change.more.over(before.options)),
        parameters: change.more.parameters.clone(),
    };
    let mut endpoint = skein.change_endpoint(&id, patch)?;
    if change.delete_key {
        endpoint = skein.delete_key(&id)?;
    }
    let entered = key.is_some();
    if let Some(key) = key {
        endpoint = skein.set_key(&id, key.into())?;
    }
    told(skein, &endpoint, entered, output)
}

/// Prints an endpoint; a key that was entered and could not be kept is an error, although the rest is done.
fn told(skein: &Skein, endpoint: &Endpoint, entered: bool, output: &Output) -> Result<u8, Failure> {
    output.value(endpoint, |endpoint| words(endpoint, output))?;
    if !entered || endpoint.key != KeyState::ThisRun {
        return Ok(0);
    }
    let why = KeychainError::from_state(skein.about().keychain).unwrap_or(KeychainError::Missing);
    note(&format!(
        "skein: {} was saved, but its key was not: this run ends here. {why} For this endpoint it is {}.",
        endpoint.name,
        skein_core::keychain::key_variable(&endpoint.name)
    ));
    Ok(STORE)
}

async fn test(skein: &Skein, name: &str, output: &Output) -> Result<u8, Failure> {
    let found = skein.test_endpoint(name).await?;
    if output.json {
        print_json(&found)?;
    }
    match &found.error {
        Some(error) if output.json => Ok(exit_of(&error.code)),
        Some(error) => Err(Failure::Told(error.clone(), exit_of(&error.code))),
        None => {
            if !output.json {
                print_line(&test_words(name, &found))?;
            }
            Ok(0)
        }
    }
}

/// A test that found something wrong always fails as the endpoint, or as the keychain.
fn exit_of(code: &str) -> u8 {
    match exit_code_of(code) {
        STORE => STORE,
        _ => ENDPOINT,
    }
}

/// What a test found, in words.
pub fn test_words(name: &str, test: &EndpointTest) -> String {
    match (&test.error, &test.model, test.first_text_ms) {
        (Some(error), ..) => format!("{name}: {}", one_line(&error.message)),
        (None, Some(model), Some(ms)) => format!("{name} answers: {}, first text after {ms} ms.", one_line(model)),
        _ => format!("{name} answers."),
    }
}

fn found_words(page: &Page<FoundEndpoint>) -> String {
    if page.data.is_empty() {
        return "No model server answers on this machine that is not an endpoint already.".into();
    }
    let line = |found: &FoundEndpoint| {
        let models: Vec<_> = found.models.iter().take(3).map(|model| one_line(&model.id)).collect();
        format!("{}  {}  {}", found.name, found.base_url, models.join(", "))
    };
    page.data.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn words(endpoint: &Endpoint, output: &Output) -> String {
    let key = match endpoint.key {
        KeyState::None => "no key",
        KeyState::Keychain => "key in the keychain",
        KeyState::ThisRun => "key for this run only",
        KeyState::Environment => "key from the environment",
        KeyState::OtherOrigin => "key for another address: enter it again",
        KeyState::Unknown => "the keychain cannot be asked",
    };
    let address = if endpoint.base_url.is_empty() { "on this machine" } else { &endpoint.base_url };
    let model = endpoint.model.as_deref().map_or_else(|| "no model set".into(), one_line);
    let facts = format!("{address} \u{b7} {model} \u{b7} {key}");
    let mark = if endpoint.is_default { " (default)" } else { "" };
    format!("{}{mark}  {}", output.strong(&endpoint.name), output.faint(&facts))
}

fn page<T>(data: Vec<T>) -> Page<T> {
    Page { object: "list".into(), data, first_id: None, last_id: None, has_more: false }
}

/// The key, from the first line of stdin.
fn key_from_stdin() -> Result<String, Failure> {
    const LONGEST: u64 = 16 * 1024;
    let mut key = String::new();
    std::io::stdin().lock().take(LONGEST).read_line(&mut key)?;
    let key = key.trim();
    if key.is_empty() {
        return Err(Failure::usage("There is no key on stdin. Nothing was changed."));
    }
    Ok(key.to_owned())
}
