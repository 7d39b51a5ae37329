//! The description holds: what it says is accepted is accepted, and answers look as it says.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{Desk, TOKEN};

#[test]
fn schemathesis_finds_no_difference_between_the_description_and_the_server() {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/schemathesis/bin/schemathesis");
    assert!(program.exists(), "schemathesis is needed: `make target/schemathesis/bin/schemathesis` installs it there");
    let desk = Desk::new();
    let output = Command::new(program)
        .args(["run", &format!("http://{}/v1/openapi.json", desk.address)])
        .args([
            "--header",
            &format!("Authorization: Bearer {TOKEN}"),
            "--seed",
            "1",
            "--max-examples",
            "20",
            "--no-color",
        ])
        // Some rules go beyond a schema (a text that is not empty, one of two fields), so that what fits it may be
        // refused; and the history of a deleted thread can be read on purpose.
        .args(["--checks", "all", "--exclude-checks", "positive_data_acceptance,use_after_free"])
        .current_dir(std::env::temp_dir())
        .env("NO_PROXY", "127.0.0.1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
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
