//! Keys where there is no keychain, and which endpoint a request means. The real keychain is
//! tested through the command line, a process a step.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::{Duration, Instant};

use secrecy::{ExposeSecret, SecretString};
use skein_core::keychain::{Found, KeySlot, Keychain, key_variable};
use skein_core::wire::{Door, EndpointPatch, KeyState, KeychainState, NewEndpoint, Protocol};
use skein_core::{Code, OpenOptions, Skein};
use skein_support::model_server::ModelServer;
use tempfile::TempDir;

const KEY: &str = "sk-canary-0123456789";

fn open() -> (Skein, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let options = OpenOptions { keychain: Keychain::memory(), ..OpenOptions::new(dir.path(), Door::Window) };
    (Skein::open(options).unwrap(), dir)
}

fn new(name: &str, base_url: &str) -> NewEndpoint {
    NewEndpoint {
        name: name.into(),
        protocol: Protocol::OpenaiChat,
        base_url: base_url.into(),
        model: Some("scripted".into()),
        context_window: None,
        allow_http: false,
        ..NewEndpoint::default()
    }
}

fn secret(text: &str) -> SecretString {
    text.to_owned().into()
}

fn slot(store: &str, endpoint: &str, origin: &str) -> KeySlot {
    KeySlot {
        store: store.into(),
        endpoint: endpoint.into(),
        variable: "SKEIN_UNSET_IN_TESTS".into(),
        origin: origin.into(),
    }
}

#[test]
fn a_key_is_given_out_for_its_own_store_endpoint_and_origin_only() {
    let keychain = Keychain::memory();
    assert_eq!(keychain.state(), KeychainState::Missing);
    let own = slot("store_1", "ep_1", "https://api.example.com");
    assert_eq!(keychain.set(&own, &secret(KEY)), KeyState::ThisRun);
    let Ok(Found::Key(key, KeyState::ThisRun)) = keychain.find(&own) else { panic!("the key is there") };
    assert_eq!(key.expose_secret(), KEY);
    for origin in ["http://api.example.com", "https://api.example.com:8443", "https://api.example.com.evil.net"] {
        assert!(matches!(keychain.find(&slot("store_1", "ep_1", origin)), Ok(Found::OtherOrigin)), "{origin}");
    }
    for other in [slot("store_2", "ep_1", &own.origin), slot("store_1", "ep_2", &own.origin)] {
        assert!(keychain.find(&other).is_err(), "nobody can say: there is no keychain to ask");
    }
    keychain.delete(&own).unwrap();
    assert!(keychain.find(&own).is_err());
}

#[test]
fn nothing_that_holds_a_key_prints_it() {
    let keychain = Keychain::memory();
    let own = slot("store_1", "ep_1", "https://a.b");
    keychain.set(&own, &secret(KEY));
    assert!(!format!("{keychain:?} {own:?} {:?}", keychain.find(&own)).contains(KEY));
}

#[test]
fn the_variable_is_named_after_the_endpoint() {
    for (name, variable) in
        [("openai", "SKEIN_KEY_OPENAI"), ("My local-1", "SKEIN_KEY_MY_LOCAL_1"), ("Büro", "SKEIN_KEY_BÜRO")]
    {
        assert_eq!(key_variable(name), variable);
    }
}

#[tokio::test]
async fn a_key_for_this_run_works_for_this_run() {
    let server = ModelServer::start();
    let (skein, dir) = open();
    let endpoint = skein.add_endpoint(new("local", &server.base_url())).unwrap();
    assert_eq!(endpoint.key, KeyState::None);
    assert_eq!(skein.set_key(&endpoint.id, secret(&format!(" {KEY}\n"))).unwrap().key, KeyState::ThisRun);
    let test = skein.test_endpoint("local").await.unwrap();
    assert!(test.ok && test.error.is_none() && test.first_text_ms.is_some(), "{test:?}");
    assert_eq!(server.last_request().header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    assert_eq!(skein.delete_key(&endpoint.id).unwrap().key, KeyState::None);
    drop(skein);
    for entry in std::fs::read_dir(dir.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            assert!(!bytes.windows(KEY.len()).any(|window| window == KEY.as_bytes()), "{}", path.display());
        }
    }
}

#[tokio::test]
async fn a_changed_address_asks_for_the_key_again() {
    let (server, elsewhere) = (ModelServer::start(), ModelServer::start());
    let (skein, _dir) = open();
    let endpoint = skein.add_endpoint(new("local", &server.base_url())).unwrap();
    skein.set_key(&endpoint.id, secret(KEY)).unwrap();
    let patch = EndpointPatch { base_url: Some(elsewhere.base_url()), ..EndpointPatch::default() };
    assert_eq!(skein.change_endpoint(&endpoint.id, patch).unwrap().key, KeyState::OtherOrigin);
    let test = skein.test_endpoint("local").await.unwrap();
    assert_eq!(test.error.unwrap().code, "endpoint_missing_key");
    assert_eq!(skein.list_models("local").await.unwrap_err().code(), Code::EndpointMissingKey);
    assert_eq!(elsewhere.seen().connections, 0);
    assert_eq!(skein.set_key(&endpoint.id, secret("another")).unwrap().key, KeyState::ThisRun);
    assert!(skein.test_endpoint("local").await.unwrap().ok);
    assert_eq!(elsewhere.last_request().header("authorization"), Some("Bearer another"));
}

#[test]
fn what_cannot_be_a_key_is_refused_without_being_repeated() {
    let (skein, _dir) = open();
    let endpoint = skein.add_endpoint(new("local", "https://a.b/v1")).unwrap();
    for bad in ["", " \n", "two words", "line\nbreak", "b\u{e9}ta", &"x".repeat(2001)] {
        let error = skein.set_key(&endpoint.id, secret(bad)).unwrap_err();
        assert_eq!(error.code(), Code::InvalidRequest, "{bad:?}");
        let said = format!("{error} {error:?} {:?}", error.detail());
        assert!(bad.trim().is_empty() || !said.contains(bad), "{said}");
    }
    assert_eq!(skein.get_endpoint("local").unwrap().key, KeyState::None);
    assert_eq!(skein.set_key("practice", secret(KEY)).unwrap_err().code(), Code::InvalidRequest);
}

#[test]
fn a_refusal_carries_its_reason_in_a_word() {
    let (skein, _dir) = open();
    let endpoint = skein.add_endpoint(new("local", "https://a.b/v1")).unwrap();
    let reason = |error: skein_core::Error| error.detail().details["reason"].clone();
    assert_eq!(reason(skein.add_endpoint(new("LOCAL", "https://a.b/v1")).unwrap_err()), "endpoint_taken");
    assert_eq!(reason(skein.add_endpoint(new("a/b", "https://a.b/v1")).unwrap_err()), "endpoint_name");
    assert_eq!(reason(skein.set_key(&endpoint.id, secret("two words")).unwrap_err()), "key_shape");
    let kind = skein.add_endpoint(new("other", "http://a.b/v1")).unwrap_err().detail().details["kind"].clone();
    assert_eq!(kind, "plain_http");
}

#[tokio::test]
async fn a_test_takes_the_first_words_and_leaves() {
    let server = ModelServer::start();
    server.always(skein_support::model_server::Reply::endless());
    let (skein, _dir) = open();
    skein.add_endpoint(new("local", &server.base_url())).unwrap();
    let start = Instant::now();
    assert!(skein.test_endpoint("local").await.unwrap().ok);
    server.wait_until("the connection to close", |seen| seen.hung_up == 1).await;
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn a_model_picks_its_endpoint() {
    let server = ModelServer::start();
    let (skein, _dir) = open();
    skein.add_endpoint(NewEndpoint { model: None, ..new("local", &server.base_url()) }).unwrap();
    skein.add_endpoint(new("other", "https://a.b/v1")).unwrap();
    let means =
        |model: Option<&str>| skein.preview_context(None, model, "").map(|preview| (preview.endpoint, preview.model));
    let pair = |endpoint: &str, model: &str| (endpoint.to_owned(), model.to_owned());
    assert_eq!(means(None).unwrap_err().code(), Code::InvalidRequest, "the default has no model yet");
    skein.list_models("local").await.unwrap();
    assert_eq!(means(None).unwrap(), pair("local", "scripted"), "the first it offers");
    skein.set_default_endpoint("other").unwrap();
    assert_eq!(means(None).unwrap(), pair("other", "scripted"));
    assert_eq!(means(Some("local/x/y")).unwrap(), pair("local", "x/y"));
    assert_eq!(means(Some("vendor/model")).unwrap(), pair("other", "vendor/model"));
    assert_eq!(means(Some("scripted")).unwrap(), pair("local", "scripted"), "it is known to have it");
    assert_eq!(means(Some("unheard-of")).unwrap(), pair("other", "unheard-of"));
    assert_eq!(means(Some("practice/anything")).unwrap().0, "practice");
    skein.remove_endpoint("other").unwrap();
    assert_eq!(means(None).unwrap(), pair("practice", "practice"), "nothing goes where nobody chose");
}

#[test]
fn changes_keep_what_they_do_not_name() {
    let (skein, _dir) = open();
    let endpoint = skein.add_endpoint(new("local", "https://a.b/v1///")).unwrap();
    assert_eq!(endpoint.base_url, "https://a.b/v1");
    let renamed = EndpointPatch { name: Some(" Local ".into()), ..EndpointPatch::default() };
    let changed = skein.change_endpoint("local", renamed).unwrap();
    assert_eq!((changed.name.as_str(), changed.model.as_deref(), changed.id), ("Local", Some("scripted"), endpoint.id));
    let plain = EndpointPatch { base_url: Some("http://a.b/v1".into()), ..EndpointPatch::default() };
    assert_eq!(skein.change_endpoint("Local", plain).unwrap_err().code(), Code::InvalidRequest);
    let unset = EndpointPatch { model: Some(String::new()), context_window: Some(4096), ..EndpointPatch::default() };
    let changed = skein.change_endpoint("Local", unset).unwrap();
    assert_eq!(
        (changed.model, changed.context_window, changed.base_url.as_str()),
        (None, Some(4096), "https://a.b/v1")
    );
}
