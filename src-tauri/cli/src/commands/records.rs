//! Checking seals and records, signing what is pending, and the key.

use std::path::{Path, PathBuf};

use serde_json::json;
use skein_core::wire::{KeyHome, KeyView, Page, SealStatus, SealView, Verification};
use skein_core::{Code, Skein};

use super::export::stoppable;
use crate::args::{KeyCommand, SealCommand};
use crate::failure::{Failure, STOPPED, exit_code};
use crate::output::{Output, minute, note, one_line, print};

/// Checks what was named, or everything. Fails unless all of it is valid.
pub async fn verify(
    skein: &Skein,
    what: &[String],
    all: bool,
    key: Option<&str>,
    output: &Output,
) -> Result<u8, Failure> {
    let mut found = Vec::new();
    if all {
        let skein = skein.clone();
        let verified = stoppable(move |progress, cancel| skein.verify_all(progress, cancel)).await?;
        note(&match verified.checked {
            0 if !verified.cancelled => "No thread is sealed, so there is nothing to check.".to_owned(),
            checked => format!("{checked} checked, {} not valid.", verified.troubles.len()),
        });
        if verified.cancelled {
            return Ok(STOPPED);
        }
        found = verified.troubles;
    }
    for name in what {
        let path = Path::new(name);
        if !path.exists() && !name.contains(['/', '\\']) {
            found.push(skein.verify_thread(name)?);
            continue;
        }
        for record in records(path)? {
            found.push(skein.verify_record(&record, key)?);
        }
    }
    let exit = u8::from(found.iter().any(|found| found.status != SealStatus::Valid));
    let page = Page { object: "list".into(), data: found, first_id: None, last_id: None, has_more: false };
    output.value(&page, |page| page.data.iter().map(|found| words(found, output)).collect::<Vec<_>>().join("\n\n"))?;
    Ok(exit)
}

/// A record itself, or the records in a folder that is none.
fn records(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() || path.join("bagit.txt").exists() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "zip") || path.join("bagit.txt").exists() {
            found.push(path);
        }
    }
    found.sort();
    if found.is_empty() {
        return Err(Failure::usage(format!("There is no record in {}.", path.display())));
    }
    Ok(found)
}

fn words(found: &Verification, output: &Output) -> String {
    let name = found.path.as_deref().or(found.thread_id.as_deref()).unwrap_or_default();
    let answer = match found.status {
        SealStatus::Valid => "valid: nothing has changed since it was sealed",
        SealStatus::Altered => "ALTERED: it is not what was sealed",
        SealStatus::UnknownKey if found.keychain_unavailable => {
            "unknown key: nothing has changed since it was signed, but the keychain cannot be asked whose key it is"
        }
        SealStatus::UnknownKey => "unknown key: nothing has changed since it was signed, but whose key is it?",
        SealStatus::Unsigned => "unsigned: everything agrees, but nobody has signed it",
    };
    let mut lines = vec![format!("{}  {}", one_line(name), output.strong(answer))];
    lines.extend(found.findings.iter().map(|finding| format!("  {}", one_line(&finding.words))));
    let mut fact = |name: &str, value: Option<&String>| {
        lines.extend(value.map(|value| output.faint(&format!("  {name:<12}{}", one_line(value)))));
    };
    fact("Thread", found.path.as_ref().and(found.thread_id.as_ref()));
    fact("Sealed", found.sealed_at.as_ref());
    fact("Fingerprint", found.fingerprint.as_ref());
    lines.join("\n")
}

/// Runs a command about seals.
pub fn seal(skein: &Skein, command: &SealCommand, output: &Output) -> Result<u8, Failure> {
    match command {
        SealCommand::Show { thread } => output.value(&skein.seal(thread)?, |seal| match seal {
            Some(seal) => seal_words(seal),
            None => format!("{thread} was never sealed. Locking or archiving seals it."),
        })?,
        SealCommand::Sign => {
            let count = skein.sign_pending()?;
            output.value(&json!({"object": "signed", "count": count}), |_| match count {
                0 => "No seal was waiting to be signed.".into(),
                1 => "1 seal was signed.".into(),
                _ => format!("{count} seals were signed."),
            })?;
        }
    }
    Ok(0)
}

fn seal_words(seal: &SealView) -> String {
    let signed = match (&seal.signed_at, &seal.fingerprint) {
        (Some(at), Some(key)) => format!("Signed       {} with {key}", minute(at)),
        _ => "Signed       not yet: skein seal sign".into(),
    };
    let previous = seal.previous.as_deref().unwrap_or("none");
    format!(
        "Seal         {}\nSealed       {}, {} messages\n{signed}\nSeal before  {previous}\nLast check   {}, {}",
        seal.digest,
        minute(&seal.sealed_at),
        seal.messages,
        minute(&seal.checked_at),
        json!(seal.status).as_str().unwrap_or_default().replace('_', " "),
    )
}

/// Runs a command about the key.
pub fn key(skein: &Skein, command: &KeyCommand, output: &Output) -> Result<u8, Failure> {
    match command {
        KeyCommand::Show => output.value(&skein.signing_key()?, key_words)?,
        KeyCommand::Export => {
            let key = skein.signing_key()?;
            if key.pem.is_none() && !output.json {
                note("There is no key yet: the first seal makes one.");
            }
            match (&key.pem, output.json) {
                (Some(pem), false) => print(pem)?,
                _ => output.value(&key, |_| String::new())?,
            }
        }
        KeyCommand::Replace { confirm: true } => output.value(&skein.replace_signing_key()?, key_words)?,
        KeyCommand::Replace { confirm: false } => {
            let code = Code::ConfirmationRequired;
            let words = "Whoever checks your records must be told the new fingerprint. To make a new key: skein key replace --confirm";
            return Err(Failure::new(code.as_str(), words, exit_code(code)));
        }
    }
    Ok(0)
}

fn key_words(key: &KeyView) -> String {
    let home = match key.home {
        KeyHome::Keychain => "in the keychain",
        KeyHome::None => "none yet: the first seal makes one",
        KeyHome::Missing => {
            "NOT in the keychain any more: new seals are unsigned. To make a new one: skein key replace --confirm"
        }
        KeyHome::Unavailable => "the keychain cannot be asked now: new seals are unsigned and can be signed later",
    };
    let mut lines = vec![format!("Key          {home}")];
    lines.extend(key.fingerprint.as_ref().map(|print| format!("Fingerprint  {print}")));
    lines.extend(key.made_at.as_ref().map(|at| format!("Made         {}", minute(at))));
    lines.extend(key.earlier.iter().map(|old| format!("Earlier      {}  {}", old.fingerprint, minute(&old.made_at))));
    lines.join("\n")
}
