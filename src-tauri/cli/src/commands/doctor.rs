//! Checking the store, the keychain and the endpoints, and saying what is wrong.

use serde_json::{Value, json};
use skein_core::keychain::KeychainError;
use skein_core::wire::{Endpoint, EndpointTest, KeychainState};

use super::endpoint::test_words;
use super::{data_dir, open};
use crate::args::Args;
use crate::failure::{ENDPOINT, Failure, STORE};
use crate::output::{Output, one_line};

/// Checks everything. Fails with the gravest of what it finds; a machine without a keychain is
/// no fault of the store's.
pub async fn run(args: &Args, output: &Output) -> Result<u8, Failure> {
    let skein = match open(args) {
        Ok(skein) => skein,
        Err(Failure::Told(detail, exit)) => {
            let report = json!({
                "object": "doctor", "ok": false, "version": env!("CARGO_PKG_VERSION"),
                "dataDir": data_dir(args), "store": {"ok": false, "readOnly": null, "error": detail},
                "keychain": null, "endpoints": [],
            });
            output.value(&report, |_| {
                format!("Store      {}\n           {}", data_dir(args).display(), one_line(&detail.message))
            })?;
            return Ok(exit);
        }
        Err(unread) => return Err(unread),
    };
    let about = skein.about();
    let mut endpoints = Vec::new();
    for endpoint in skein.list_endpoints()? {
        let test = skein.test_endpoint(&endpoint.id).await?;
        endpoints.push((endpoint, test));
    }
    let sick = matches!(about.keychain, KeychainState::Locked | KeychainState::Silent) || about.read_only;
    let exit = if sick {
        STORE
    } else if endpoints.iter().all(|(_, test)| test.ok) {
        0
    } else {
        ENDPOINT
    };
    let report = json!({
        "object": "doctor", "ok": exit == 0, "version": about.version, "dataDir": about.data_dir,
        "store": {"ok": !about.read_only, "readOnly": about.read_only, "error": null},
        "keychain": {"state": about.keychain, "message": trouble(about.keychain)},
        "endpoints": endpoints.iter().map(|(endpoint, test)| one(endpoint, test)).collect::<Vec<_>>(),
    });
    output.value(&report, |_| {
        let store = if about.read_only { "can only be read" } else { "can be read and written" };
        let keychain = trouble(about.keychain).unwrap_or_else(|| "keeps keys".into());
        let mut lines = vec![format!("Store      {} {store}", about.data_dir), format!("Keychain   {keychain}")];
        lines.extend(
            endpoints.iter().map(|(endpoint, test)| format!("Endpoint   {}", test_words(&endpoint.name, test))),
        );
        lines.join("\n")
    })?;
    Ok(exit)
}

fn one(endpoint: &Endpoint, test: &EndpointTest) -> Value {
    json!({"endpoint": endpoint, "test": test})
}

fn trouble(state: KeychainState) -> Option<String> {
    KeychainError::from_state(state).map(|error| error.to_string())
}
