//! The description holds: what it says is accepted is accepted, and answers look as it says.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use skein_support::model_server::{ModelServer, Reply};

use crate::support::{Desk, TOKEN};

/// What is not held against it. The history of a deleted thread can be read on purpose; and where rules go beyond a
/// schema (a message that is not empty, a thread or a response before, a title without control characters, a tag as it
/// was given, an archived thread that is named twice, a cursor of that very list), what fits the schema may be refused.
const CONFIG: &str = r#"
[checks]
use_after_free.enabled = false

[[operations]]
include-name = ["POST /v1/model/response", "POST /v1/threads", "PATCH /v1/threads/{id}", "DELETE /v1/threads/{id}", "GET /v1/threads", "GET /v1/threads/{id}/events"]
checks.positive_data_acceptance.enabled = false
"#;

/// Sends what the description allows, and what it does not, and holds the answers against it.
fn hold_against_the_description(desk: &Desk, more: &[&str]) {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/schemathesis/bin/schemathesis");
    assert!(program.exists(), "schemathesis is needed: `make target/schemathesis/bin/schemathesis` installs it there");
    let config = desk.dir.path().join("schemathesis.toml");
    fs::write(&config, CONFIG).unwrap();
    let output = Command::new(program)
        .arg("--config-file")
        .arg(&config)
        .args(["run", &format!("http://{}/v1/openapi.json", desk.address)])
        .args(["--header", &format!("Authorization: Bearer {TOKEN}")])
        .args(["--seed", "1", "--max-examples", "20", "--no-color"])
        .args(more)
        .current_dir(std::env::temp_dir())
        .env("NO_PROXY", "127.0.0.1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn schemathesis_finds_no_difference_between_the_description_and_the_server() {
    hold_against_the_description(&Desk::new(), &[]);
}

#[test]
fn schemathesis_finds_no_difference_where_the_model_fails() {
    let (desk, model) = (Desk::new(), ModelServer::start());
    desk.add_model("far", &model);
    let failures = [
        Reply::error(401, "invalid_api_key", "Incorrect API key"),
        Reply::cut_after("So far"),
        Reply::error(429, "rate_limit_exceeded", "Slow down").header("Retry-After", "1"),
        Reply::error(400, "context_length_exceeded", "Too long"),
        Reply::events(&["rubbish"]),
    ];
    let next = AtomicUsize::new(0);
    model.answer_with(move |_| failures[next.fetch_add(1, Ordering::SeqCst) % failures.len()].clone());
    // That the model fails is what is wanted.
    let more = ["--include-path", "/v1/model/response", "--exclude-checks", "not_a_server_error"];
    hold_against_the_description(&desk, &[&more[..], &["--request-timeout", "60"]].concat());
    assert!(model.seen().requests >= 3, "the model was asked");
}

#[test]
fn every_schema_that_is_named_is_there() {
    let desk = Desk::new();
    let description = desk.get("/v1/openapi.json");
    let text = description.to_string();
    for part in text.split("#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap();
        assert_ne!(description["components"]["schemas"][name], Value::Null, "{name}");
    }
    assert!(description["openapi"].as_str().unwrap().starts_with("3.1"));
}
