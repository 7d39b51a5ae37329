//! Hostile texts in every format that a thread is exported in: each is only text there.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use skein_core::store::entry::{self, NewEntry};
use skein_core::store::message::{self, MessageRow, NewInsert};
use skein_core::store::{Store, StoreError, metadata, thread};
use skein_core::thread::{NewMessage, ThreadId, parse_metadata};
use skein_core::wire::{Door, EntryKind, ExportFormat, Role, SealStatus, State};
use skein_core::{Replace, Selection, Target};
use skein_support::hostile;

use crate::printing::real;
use crate::support::{Desk, NOW};
use crate::support_package::Package;

/// Texts that a sheet may take for formulas.
const FORMULAS: [&str; 9] = [
    "=1+cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\t=1+1",
    "\r\n=HYPERLINK(\"https://a.example\")",
    " =1+1",
    "\u{ff1d}1+1",
    "\u{202e}\u{1b}=1+1",
];
const TITLE: &str = "=<img src=x onerror=window.taken=1> [x](javascript:window.taken=1) \u{202e}title";
const METADATA: &str = r#"{"client":"<svg onload=window.taken=1>","<b>key":"=1+1 \u001b[31m \u202e"}"#;

/// A locked thread in which all of them are said, by turns by a person and by a model with such a name.
fn said(desk: &Desk) -> Vec<String> {
    let mut texts = hostile::some("https://a.example");
    texts.extend(FORMULAS.map(str::to_owned));
    let fill = |tx: &rusqlite::Transaction<'_>| {
        let row = thread::insert(tx, &ThreadId::parse("a").unwrap(), None, None, NOW)?;
        metadata::set(tx, row.seq, &parse_metadata(METADATA).unwrap())?;
        entry::append(tx, &NewEntry::new(row.seq, EntryKind::Created, Door::Cli, NOW))?;
        let mut tip: Option<MessageRow> = None;
        for (n, text) in texts.iter().enumerate() {
            let role = if n % 2 == 0 { Role::User } else { Role::Assistant };
            let model =
                (role == Role::Assistant).then(|| "=<script>window.taken=1</script>\u{1b}[2J\u{202e}".to_owned());
            let message = NewMessage { model, ..NewMessage::new(role, text.clone()) };
            let parent = tip.as_ref().map(|tip| tip.seq);
            let new = NewInsert { thread: row.seq, parent, message: &message, created_at: NOW, response: None };
            tip = Some(message::insert(tx, &new)?);
        }
        thread::set_tip(tx, &tip.unwrap(), NOW)?;
        Ok::<_, StoreError>(())
    };
    Store::open(desk.dir.path()).unwrap().write(fill).unwrap();
    desk.skein.rename_thread("a", TITLE).unwrap();
    desk.skein.set_state("a", State::Locked).unwrap();
    texts
}

fn export(desk: &Desk, format: ExportFormat, name: &str) -> PathBuf {
    let target = Target { path: desk.dir.path().join(name), replace: Replace::Nothing };
    let which = Selection::Threads(vec!["a".into()]);
    let exported = desk.skein.export(&which, format, &target, &mut |_| {}, &|| false).unwrap();
    assert_eq!(exported.files[0].status, Some(SealStatus::Valid));
    target.path
}

/// Nothing of it steers a terminal or turns the text around it.
fn is_plain(name: &str, text: &str) {
    let steers = |c: &char| c.is_control() && !matches!(c, '\n' | '\t');
    let turns = |c: &char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    assert_eq!(text.chars().find(|c| steers(c) || turns(c)), None, "{name}");
}

/// Nothing of it is active, and no address in it is any but of the web or of mail.
fn is_inert(html: &str) {
    let tags: Vec<&str> = html.split('<').skip(1).filter_map(|tag| tag.split('>').next()).collect();
    for active in ["script", "img", "svg", "iframe", "object", "embed", "link", "form", "base", "button", "template"] {
        let holds = |tag: &&str| tag.split([' ', '/']).next().is_some_and(|name| name.eq_ignore_ascii_case(active));
        assert_eq!(tags.iter().copied().find(holds), None, "{active}");
    }
    for attribute in [" on", " src=", " srcdoc=", " action=", " formaction=", " style="] {
        // What stands between quotes is a value, such as the source of a formula.
        let names = |tag: &str| tag.split('"').step_by(2).collect::<String>().to_lowercase();
        assert_eq!(tags.iter().copied().find(|tag| names(tag).contains(attribute)), None, "{attribute}");
    }
    let addresses = html.match_indices("href=\"").map(|(at, _)| &html[at + 6..]);
    for address in addresses {
        assert!(["http://", "https://", "mailto:"].iter().any(|scheme| address.starts_with(scheme)), "{address:.80}");
    }
}

#[test]
fn they_are_only_text_for_people_to_read() {
    let desk = Desk::new();
    let texts = said(&desk);
    for (format, name) in [(ExportFormat::Markdown, "a.md"), (ExportFormat::Text, "a.txt")] {
        let text = fs::read_to_string(export(&desk, format, name)).unwrap();
        is_plain(name, &text);
        assert!(text.contains("<script>window.taken=1</script>"), "{name}: it is there, as text");
        assert!(text.lines().next().unwrap().contains("img src=x onerror"), "{name}");
    }
    let html = fs::read_to_string(export(&desk, ExportFormat::Html, "a.html")).unwrap();
    is_inert(&html);
    assert_eq!(html.matches("<article").count(), texts.len());
}

#[test]
fn they_are_data_for_other_programs() {
    let desk = Desk::new();
    let texts = said(&desk);
    let json: Value = serde_json::from_slice(&fs::read(export(&desk, ExportFormat::Json, "a.json")).unwrap()).unwrap();
    let told = json["messages"].as_array().unwrap().iter().map(|message| message["texts"][0]["text"].as_str().unwrap());
    assert_eq!(told.collect::<Vec<_>>(), texts, "byte for byte");

    let csv = fs::read_to_string(export(&desk, ExportFormat::Csv, "a.csv")).unwrap();
    let rows = rows(&csv);
    assert_eq!(rows.len(), texts.len() + 1);
    for (row, text) in rows[1..].iter().zip(&texts) {
        assert!(row[9] == *text || row[9] == format!("'{text}"), "{row:?}");
        for cell in row {
            let first =
                cell.chars().find(|c| !c.is_whitespace() && !c.is_control() && !('\u{202a}'..='\u{202e}').contains(c));
            let formula = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];
            assert!(!first.is_some_and(|first| formula.contains(&first)), "{cell:?}");
        }
    }
}

/// The cells of each line (RFC 4180), all of which stand in quotation marks.
fn rows(csv: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut rest) = (Vec::new(), Vec::new(), csv);
    while let Some(cell) = rest.strip_prefix('"') {
        let end = (0..cell.len()).filter(|at| cell.as_bytes()[*at] == b'"');
        let end = end.scan(false, |pair, at| {
            let doubled = !*pair && cell.as_bytes().get(at + 1) == Some(&b'"');
            Some((at, std::mem::replace(pair, doubled) || doubled))
        });
        let end = end.into_iter().find(|(_, doubled)| !doubled).unwrap().0;
        row.push(cell[..end].replace("\"\"", "\""));
        rest = &cell[end + 1..];
        if let Some(next) = rest.strip_prefix("\r\n") {
            rows.push(std::mem::take(&mut row));
            rest = next;
        } else {
            rest = rest.strip_prefix(',').unwrap();
        }
    }
    assert_eq!(rest, "");
    rows
}

#[test]
fn a_record_holds_them_as_they_were_said_and_its_transcripts_as_text() {
    let desk = Desk::new();
    let texts = said(&desk);
    let package = Package::read(&export(&desk, ExportFormat::Record, "a.zip"));
    let lines = package.text("data/record.jsonl");
    let lines = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let messages = lines.filter(|line| line["kind"] == "message");
    assert_eq!(messages.map(|line| line["texts"][0].as_str().unwrap().to_owned()).collect::<Vec<_>>(), texts);
    is_inert(&package.text("data/transcript.html"));
    for name in ["data/transcript.md", "data/transcript.txt"] {
        is_plain(name, &package.text(name));
    }
    assert!(!package.text("bag-info.txt").contains(|c: char| c.is_control() && c != '\n'));
}

#[test]
fn a_pdf_of_them_does_nothing_and_leads_to_the_web_and_mail_only() {
    let desk = Desk::printing(real());
    said(&desk);
    let pdf = objects(&export(&desk, ExportFormat::Pdf, "a.pdf"));
    let (mut keys, mut addresses) = (BTreeSet::new(), BTreeSet::new());
    gather(&pdf, &mut keys, &mut addresses);
    assert!(keys.contains("/Annots") && keys.contains("/URI"), "its links are looked at: {keys:?}");
    for active in ["/JS", "/JavaScript", "/OpenAction", "/AA", "/Launch", "/EmbeddedFiles", "/EF", "/AcroForm", "/XFA"]
    {
        assert!(!keys.contains(active), "{active}");
    }
    assert!(!addresses.is_empty());
    for address in addresses {
        assert!(["http://", "https://", "mailto:"].iter().any(|scheme| address.starts_with(scheme)), "{address}");
    }
}

/// The objects of a PDF, as another program reads them.
fn objects(pdf: &Path) -> Value {
    let output = Command::new("qpdf").args(["--json=2", "--json-key=qpdf"]).arg(pdf).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The keys and kinds that stand in objects, and the addresses that links lead to.
fn gather(value: &Value, keys: &mut BTreeSet<String>, addresses: &mut BTreeSet<String>) {
    match value {
        Value::Object(all) => {
            for (key, value) in all {
                keys.insert(key.clone());
                match value.as_str() {
                    Some(kind) if key == "/S" => drop(keys.insert(kind.into())),
                    Some(address) if key == "/URI" => drop(addresses.insert(address.trim_start_matches("u:").into())),
                    _ => gather(value, keys, addresses),
                }
            }
        }
        Value::Array(all) => all.iter().for_each(|value| gather(value, keys, addresses)),
        _ => {}
    }
}
