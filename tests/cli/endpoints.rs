//! Endpoints from the command line, without a keychain.

use serde_json::json;
use skein_support::model_server::{ModelServer, Reply, closed_port};

use crate::support::Desk;

#[test]
fn the_practice_endpoint_is_there_from_the_start_and_stays() {
    let desk = Desk::new();
    let page = desk.json(&["endpoint", "list"]);
    assert_eq!((page["object"].as_str(), page["data"].as_array().unwrap().len()), (Some("list"), 1));
    assert_eq!(
        page["data"][0],
        json!({"id": "ep_practice", "name": "practice", "protocol": "practice", "baseUrl": "", "model": "practice",
               "contextWindow": null, "allowHttp": false,
               "options": {"authHeader": null, "organizationId": null, "firstTokenSeconds": null, "proxy": null}, "parameters": {},
               "key": "none", "isDefault": true})
    );
    assert_eq!(desk.run(&["endpoint", "remove", "practice"]).code, 2);
    assert_eq!(desk.json(&["endpoint", "test", "practice"])["ok"], true);
}

#[test]
fn the_first_endpoint_becomes_the_default_and_the_second_does_not() {
    let desk = Desk::new();
    let first = desk.add_endpoint("first", "http://127.0.0.1:1/v1/");
    assert_eq!((first["isDefault"].as_bool(), first["baseUrl"].as_str()), (Some(true), Some("http://127.0.0.1:1/v1")));
    assert_eq!(desk.add_endpoint("second", "http://127.0.0.1:2/v1")["isDefault"], false);
    assert_eq!(desk.json(&["endpoint", "default", "second"])["isDefault"], true);
    let removed = desk.json(&["endpoint", "remove", "second"]);
    assert_eq!((removed["object"].as_str(), removed["deleted"].as_bool()), (Some("endpoint"), Some(true)));
    let defaults: Vec<bool> = desk.json(&["endpoint", "list"])["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|endpoint| endpoint["isDefault"].as_bool().unwrap())
        .collect();
    assert_eq!(defaults, [true, false], "practice answers until somebody chooses");
}

#[test]
fn a_test_says_what_is_wrong() {
    let server = ModelServer::start();
    let desk = Desk::new();
    desk.add_endpoint("local", &server.base_url());
    let good = desk.json(&["endpoint", "test", "local"]);
    assert_eq!((good["ok"].as_bool(), good["error"].is_null()), (Some(true), true), "{good}");
    assert_eq!(server.seen().requests, 1, "one small call");

    server.queue(Reply::error(401, "invalid_api_key", "no"));
    let refused = desk.run(&["endpoint", "test", "local", "--json"]);
    assert_eq!((refused.code, refused.json()["ok"].as_bool()), (5, Some(false)));
    assert_eq!(refused.error_code(), "endpoint_missing_key");

    let url = format!("http://{}/v1", closed_port());
    desk.add_endpoint("down", &url);
    let down = desk.run(&["endpoint", "test", "down"]);
    assert_eq!((down.code, down.out.as_str(), down.err.lines().count()), (5, "", 1), "{down:?}");
    let doctor = desk.run(&["doctor", "--json"]);
    assert_eq!((doctor.code, doctor.json()["ok"].as_bool()), (5, Some(false)));
    assert_eq!(doctor.json()["endpoints"][2]["test"]["error"]["code"], "endpoint_unreachable");
}

#[test]
fn models_are_listed_and_then_chosen_by_name() {
    let server = ModelServer::start();
    let desk = Desk::new();
    desk.add_endpoint("local", &server.base_url());
    desk.json(&["endpoint", "default", "practice"]);
    assert_eq!(
        desk.json(&["send", "t", "Hi", "--model", "scripted"])["endpoint"],
        "practice",
        "nobody is known to have it"
    );
    let models = desk.json(&["endpoint", "models", "local"]);
    assert_eq!(
        models["data"],
        json!([{"id": "scripted", "object": "model", "endpoint": "local", "contextWindow": 8192}])
    );
    assert_eq!(desk.json(&["send", "t", "Hi", "--model", "scripted"])["endpoint"], "local");
    assert_eq!(desk.json(&["send", "t", "Hi", "--model", "local/other"])["endpoint"], "local");
    assert_eq!(server.last_request().json()["model"], "other");
    assert_eq!(desk.json(&["send", "t", "Hi", "--model", "nobody/other"])["endpoint"], "practice");
    assert_eq!(desk.json(&["send", "t", "Hi"])["endpoint"], "practice");
}

#[test]
fn what_cannot_be_an_endpoint_is_refused() {
    let desk = Desk::new();
    desk.add_endpoint("local", "http://127.0.0.1:1/v1");
    for (name, url) in [
        ("local", "https://example.com/v1"),
        ("LOCAL", "https://example.com/v1"),
        ("practice", "https://example.com/v1"),
        ("a/b", "https://example.com/v1"),
        ("", "https://example.com/v1"),
        ("web", "http://example.com/v1"),
        ("ftp", "ftp://example.com/v1"),
        ("user", "https://me:secret@example.com/v1"),
        ("word", "example"),
    ] {
        let ran = desk.run(&["endpoint", "add", name, "--protocol", "openai-chat", "--base-url", url, "--json"]);
        assert_eq!((ran.code, ran.error_code().as_str()), (2, "invalid_request"), "{name} {url}: {ran:?}");
        assert!(!ran.out.contains("secret") && !ran.err.contains("secret"));
    }
    let args = ["endpoint", "add", "web", "--protocol", "openai-chat", "--base-url", "http://example.com/v1"];
    assert_eq!(desk.run(&[&args[..], &["--allow-http"]].concat()).code, 0);
    assert_eq!(
        desk.run(&["endpoint", "add", "x", "--protocol", "carrier-pigeon", "--base-url", "https://a.b"]).code,
        2
    );
    assert_eq!(desk.run(&["endpoint", "test", "unheard-of", "--json"]).error_code(), "endpoint_not_found");
    assert_eq!(desk.run(&["endpoint", "test", "unheard-of"]).code, 4);
}

#[test]
fn a_proxy_is_set_kept_and_taken_away() {
    let desk = Desk::new();
    desk.add_endpoint("web", "https://example.com/v1");
    let set = desk.json(&["endpoint", "change", "web", "--proxy", "http://proxy.example.com:3128"]);
    assert_eq!(set["options"]["proxy"], "http://proxy.example.com:3128");
    let refused = desk.run(&["endpoint", "change", "web", "--proxy", "http://me:secret@proxy.example.com", "--json"]);
    assert_eq!((refused.code, refused.error_code().as_str()), (2, "invalid_request"), "{refused:?}");
    assert!(!refused.out.contains("secret") && !refused.err.contains("secret"));
    let kept = desk.json(&["endpoint", "change", "web", "--model", "m"]);
    assert_eq!(kept["options"]["proxy"], "http://proxy.example.com:3128");
    assert_eq!(desk.json(&["endpoint", "change", "web", "--proxy", ""])["options"]["proxy"], json!(null));
}

#[test]
fn without_a_keychain_the_environment_gives_a_key_for_a_run() {
    const CANARY: &str = "sk-canary-from-outside";
    let server = ModelServer::start();
    let desk = Desk::new();
    desk.add_endpoint("my local-1", &server.base_url());
    let ran = desk.command().env("SKEIN_KEY_MY_LOCAL_1", CANARY).args(["send", "t", "Hi"]).output().unwrap();
    assert!(ran.status.success());
    assert_eq!(server.last_request().header("authorization"), Some(format!("Bearer {CANARY}").as_str()));
    assert_eq!(desk.run(&["send", "t", "Hi"]).code, 0);
    assert_eq!(server.last_request().header("authorization"), None);
}

#[test]
fn without_a_keychain_a_key_is_not_kept_and_the_program_says_so() {
    const CANARY: &str = "sk-canary-not-kept";
    let server = ModelServer::start();
    let desk = Desk::new();
    let url = server.base_url();
    let args =
        ["endpoint", "add", "local", "--protocol", "openai-chat", "--base-url", &url, "--model", "m", "--key-stdin"];
    let ran = desk.run_with(&format!("{CANARY}\n"), &[&args[..], &["--json"]].concat());
    assert_eq!((ran.code, ran.json()["key"].as_str()), (6, Some("this_run")), "{ran:?}");
    assert!(ran.err.contains("gnome-keyring") && ran.err.contains("SKEIN_KEY_LOCAL"), "{ran:?}");
    assert!(!ran.out.contains(CANARY) && !ran.err.contains(CANARY));
    assert_eq!(desk.json(&["endpoint", "list"])["data"][1]["key"], "none");
    assert_eq!(desk.json(&["send", "t", "Hi"])["status"], "completed", "everything else works");
}
