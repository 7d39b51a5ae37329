//! PDFs in records and for people: the real program end to end, and played ones for what it does not do.
#![cfg(unix)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use skein_core::record::canonical::line;
use skein_core::record::key::SigningKey;
use skein_core::record::package::{Messages, Sealed, Signed};
use skein_core::record::pdf::Program;
use skein_core::record::transcript::{Facts, Outline, pdf};
use skein_core::wire::{ExportFormat, Exported, SealStatus, State};
use skein_core::{Code, Replace, Result, Selection, Target};
use skein_support::played::{HANGING, PDF, runs, script};

use crate::golden::{self, AT};
use crate::support::Desk;
use crate::support_package::{Package, export, sealed};

/// The real one, which its own tests build: beside the programs, one folder above this test.
pub fn real() -> Program {
    let path = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("skein-pdf");
    assert!(path.exists(), "skein-pdf is missing: run `cargo build` in src-tauri/pdf");
    Program::at(path)
}

/// Runs a program, which must succeed, and answers what it said.
fn run(folder: &Path, program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(folder).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {said}");
    said.into_owned()
}

fn words(folder: &Path, file: &str, page: Option<usize>) -> String {
    let page = page.map(|page| page.to_string());
    let only = page.as_ref().map_or(vec![], |page| vec!["-f", page, "-l", page]);
    run(folder, "pdftotext", &[&["-enc", "UTF-8"], &only[..], &[file, "-"]].concat())
}

fn pages(folder: &Path, file: &str) -> usize {
    let info = run(folder, "pdfinfo", &[file]);
    info.lines().find_map(|line| line.strip_prefix("Pages:")).unwrap().trim().parse().unwrap()
}

fn export_pdf(desk: &Desk, path: &Path, replace: Replace) -> Result<Exported> {
    let target = Target { path: path.into(), replace };
    desk.skein.export(&Selection::Threads(vec!["a".into()]), ExportFormat::Pdf, &target, &mut |_| {}, &|| false)
}

/// What lies in a folder, and what the data folder says is on its way.
fn left(folder: &Path, desk: &Desk) -> Vec<PathBuf> {
    let list = |path: &Path| -> Vec<PathBuf> {
        fs::read_dir(path).map(|all| all.map(|entry| entry.unwrap().path()).collect()).unwrap_or_default()
    };
    [list(folder), list(&desk.dir.path().join("parts"))].concat()
}

#[test]
fn a_record_holds_a_pdf_that_every_program_finds_in_order() {
    let desk = Desk::printing(real());
    let package = sealed(&desk, 40);
    let dir = tempfile::tempdir().unwrap();
    let bag = package.unpack(dir.path());
    let file = "data/transcript.pdf";
    assert!(package.text("manifest-sha256.txt").contains("  data/transcript.pdf\n"));
    assert!(!package.text("bag-info.txt").contains("Skein-Transcript-PDF"));
    assert!(run(&bag, "qpdf", &["--check", file]).contains("No syntax or stream encoding errors"));
    let all = words(&bag, file, None);
    for said in ["Transfer pricing \u{2014} \u{6a5f}\u{5bc6}", "Question 39", "Answer 40", "\u{201c}margins\u{201d}"] {
        assert!(all.contains(said), "{said} is not in {all}");
    }
    let digest = desk.skein.seal("a").unwrap().unwrap().digest;
    let count = pages(&bag, file);
    assert!(count > 2, "{count}");
    for page in 1..=count {
        let page = words(&bag, file, Some(page));
        assert!(page.contains("Sealed ") && page.contains(&digest[..8]) && page.contains(&digest[8..16]), "{page}");
        assert!(page.contains("holds text by the practice model"), "{page}");
    }
    let bagit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/bagit/bin/python3");
    let bagit = fs::canonicalize(bagit.parent().unwrap()).unwrap().join("python3");
    assert!(run(&bag, bagit.to_str().unwrap(), &["-m", "bagit", "--validate", "."]).contains("is valid"));
    run(&bag, "sha256sum", &["--strict", "-c", "manifest-sha256.txt"]);
    let (code, said) = package.verify_py(&[]);
    assert!(code == 0 && said.contains("\nvalid"), "{said}");
    assert_eq!(desk.skein.verify_record(&desk.dir.path().join("a.zip"), None).unwrap().status, SealStatus::Valid);
}

#[test]
fn the_same_seal_gives_the_same_record_though_a_pdf_is_in_it() {
    let desk = Desk::printing(real());
    sealed(&desk, 6);
    let first = fs::read(desk.dir.path().join("a.zip")).unwrap();
    let again = export(&desk.skein, "a", &desk.dir.path().join("again.zip"));
    assert!(fs::read(again).unwrap() == first);
    assert!(left(Path::new("/nowhere"), &desk).is_empty(), "nothing is on its way any more");
}

#[test]
fn one_changed_bit_in_the_pdf_is_found() {
    let desk = Desk::printing(real());
    let mut package = sealed(&desk, 3);
    let bytes = package.files.get_mut("data/transcript.pdf").unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let found = package.verify(&desk.skein);
    assert_eq!((found.status, found.findings[0].file.as_deref()), (SealStatus::Altered, Some("data/transcript.pdf")));
    assert_eq!(package.verify_py(&[]).0, 1);
}

#[test]
fn a_draft_says_so_on_every_page() {
    let desk = Desk::printing(real());
    desk.thread("a", 30);
    let path = desk.dir.path().join("a.pdf");
    let exported = export_pdf(&desk, &path, Replace::Nothing).unwrap();
    let file = &exported.files[0];
    assert_eq!((exported.files.len(), file.part, file.parts, file.pdf, file.status), (1, 1, 1, None, None));
    for page in 1..=pages(desk.dir.path(), "a.pdf") {
        assert!(words(desk.dir.path(), "a.pdf", Some(page)).contains("draft, not sealed"));
    }
    let refused = export_pdf(&desk, &path, Replace::Nothing).unwrap_err();
    assert_eq!(refused.code(), Code::InvalidRequest, "it is there already");
}

#[test]
fn code_of_every_language_prints_as_that_text() {
    let hostile = [
        "#let x = 1; #import \"@preview/cetz:0.3.0\": *",
        "#read(\"/etc/passwd\") #panic(\"gone\") $ sum_(i=0)^n $",
        "\\input{/etc/passwd} \\write18{id} \\def\\a{\\a\\a}\\a",
        "<script>alert(1)</script> <img src=x onerror=alert(1)>",
        "]] ) } #eval(\"1+1\") #sys.inputs",
    ];
    let desk = Desk::printing(real());
    desk.thread("a", 1);
    let told = hostile.iter().map(|text| format!("```\n{text}\n```")).collect::<Vec<_>>().join("\n\n");
    let texts = serde_json::json!([format!("{told}\n\n{}", hostile.join("\n\n"))]).to_string();
    desk.intruder().execute("UPDATE message SET texts = ?1", [texts]).unwrap();
    export_pdf(&desk, &desk.dir.path().join("a.pdf"), Replace::Nothing).unwrap();
    let squeezed = |text: &str| text.replace(char::is_whitespace, "").replace('\u{200b}', "");
    let words = squeezed(&words(desk.dir.path(), "a.pdf", None));
    for text in hostile {
        assert!(words.contains(&squeezed(text)), "{text} is not in {words}");
    }
}

#[test]
fn without_the_program_a_record_says_that_it_has_no_pdf_and_no_pdf_is_made() {
    let desk = Desk::new();
    let package = sealed(&desk, 2);
    assert!(!package.files.contains_key("data/transcript.pdf"));
    assert!(package.text("bag-info.txt").contains("Skein-Transcript-PDF: none"));
    let folder = tempfile::tempdir().unwrap();
    let error = export_pdf(&desk, &folder.path().join("a.pdf"), Replace::Nothing).unwrap_err();
    assert_eq!(error.code(), Code::PdfUnavailable);
    assert!(error.to_string().contains("skein-pdf"), "{error}");
    assert!(left(folder.path(), &desk).is_empty());
}

#[test]
fn a_program_that_fails_costs_the_record_its_pdf_only() {
    let tools = tempfile::tempdir().unwrap();
    let failing = script(tools.path(), "cat > /dev/null; echo '{\"error\": \"typesetting\"}' >&2; exit 1");
    let desk = Desk::printing(Program::at(failing));
    let package = sealed(&desk, 4);
    assert!(package.text("bag-info.txt").contains("Skein-Transcript-PDF: none"));
    assert_eq!(package.verify(&desk.skein).status, SealStatus::Valid);
    let folder = tempfile::tempdir().unwrap();
    let entries = desk.skein.list_history("a").unwrap().len();
    let error = export_pdf(&desk, &folder.path().join("a.pdf"), Replace::Nothing).unwrap_err();
    assert_eq!(error.code(), Code::PdfUnavailable);
    assert!(error.to_string().contains("typesetting"), "{error}");
    assert!(left(folder.path(), &desk).is_empty());
    assert_eq!(desk.skein.list_history("a").unwrap().len(), entries, "no file, no entry");
}

/// A program that keeps what it is given, numbered, and answers with something like a PDF.
fn counting(tools: &Path) -> Program {
    let lines = format!("n=$(ls | grep -c part-); cat > part-$n; printf '{PDF}'");
    Program::at(script(tools, &lines))
}

fn given(tools: &Path) -> Vec<serde_json::Value> {
    let part = |n| fs::read(tools.join(format!("part-{n}"))).ok();
    (0..).map_while(part).map(|json| serde_json::from_slice(&json).unwrap()).collect()
}

#[test]
fn a_long_thread_goes_in_parts_of_a_thousand_messages() {
    let tools = tempfile::tempdir().unwrap();
    let desk = Desk::printing(counting(tools.path()));
    desk.thread("a", 2_003);
    desk.skein.set_state("a", State::Locked).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.pdf");
    let exported = export_pdf(&desk, &path, Replace::Nothing).unwrap();
    let names = ["long (1 of 3).pdf", "long (2 of 3).pdf", "long (3 of 3).pdf"].map(|name| folder.path().join(name));
    let made: Vec<PathBuf> = exported.files.iter().map(|file| PathBuf::from(&file.path)).collect();
    assert_eq!(made, names);
    assert!(exported.files.iter().zip(1..).all(|(file, n)| (file.part, file.parts) == (n, 3)));
    let parts = given(tools.path());
    let told: Vec<_> = parts.iter().map(|part| part["messages"].as_array().unwrap().len()).collect();
    assert_eq!(told, [1_000, 1_000, 3]);
    assert!(parts.iter().zip(1..).all(|(part, n)| part["part"] == n && part["parts"] == 3));
    let history = desk.skein.list_history("a").unwrap();
    for (entry, file) in history.iter().rev().take(3).zip(exported.files.iter().rev()) {
        assert_eq!(entry.detail.as_ref().unwrap()["sha256"], file.sha256.as_str(), "an entry for each");
    }
    fs::remove_file(&names[0]).unwrap();
    assert_eq!(
        export_pdf(&desk, &path, Replace::Nothing).unwrap_err().code(),
        Code::InvalidRequest,
        "one of them is there"
    );
    assert_eq!(left(folder.path(), &desk).len(), 2);

    let package = Package::read(&export(&desk.skein, "a", &desk.dir.path().join("a.zip")));
    for name in ["data/transcript-01.pdf", "data/transcript-02.pdf", "data/transcript-03.pdf"] {
        assert!(package.files.contains_key(name), "{name}");
    }
    assert_eq!(package.verify(&desk.skein).status, SealStatus::Valid);
}

#[test]
fn parts_that_cannot_all_be_placed_are_not_placed_at_all() {
    let tools = tempfile::tempdir().unwrap();
    let desk = Desk::printing(counting(tools.path()));
    desk.thread("a", 1_001);
    let folder = tempfile::tempdir().unwrap();
    let [mine, in_the_way] = ["long (1 of 2).pdf", "long (2 of 2).pdf"].map(|name| folder.path().join(name));
    fs::create_dir(&in_the_way).unwrap();
    assert!(export_pdf(&desk, &folder.path().join("long.pdf"), Replace::Everything).is_err());
    assert_eq!(left(folder.path(), &desk), [in_the_way.as_path()]);
    fs::write(&mine, "mine").unwrap();
    assert!(export_pdf(&desk, &folder.path().join("long.pdf"), Replace::Everything).is_err());
    assert_eq!(fs::read_to_string(&mine).unwrap(), "mine", "what it had replaced is back");
    assert_eq!(left(folder.path(), &desk).len(), 2, "and nothing else lies there");
    fs::remove_dir(&in_the_way).unwrap();
    export_pdf(&desk, &folder.path().join("long.pdf"), Replace::Everything).unwrap();
    assert!(fs::read(&mine).unwrap().starts_with(b"%PDF-"));
    assert_eq!(left(folder.path(), &desk).len(), 2, "nothing of what was replaced");
}

#[test]
fn an_answer_about_one_name_is_no_answer_about_the_parts() {
    let tools = tempfile::tempdir().unwrap();
    let desk = Desk::printing(counting(tools.path()));
    desk.thread("a", 1_001);
    let folder = tempfile::tempdir().unwrap();
    let [asked, part] = ["memo.pdf", "memo (2 of 2).pdf"].map(|name| folder.path().join(name));
    for path in [&asked, &part] {
        fs::write(path, "mine").unwrap();
    }
    let entries = desk.skein.list_history("a").unwrap().len();
    let refused = export_pdf(&desk, &asked, Replace::Named).unwrap_err();
    assert!(refused.to_string().contains("memo (2 of 2).pdf"), "{refused}");
    for path in [&asked, &part] {
        assert_eq!(fs::read_to_string(path).unwrap(), "mine");
    }
    assert_eq!((left(folder.path(), &desk).len(), desk.skein.list_history("a").unwrap().len()), (2, entries));
    fs::remove_file(&part).unwrap();
    export_pdf(&desk, &asked, Replace::Named).unwrap();
    assert_eq!(fs::read_to_string(&asked).unwrap(), "mine", "it goes in parts, so the name is not needed");
}

#[test]
fn a_message_of_four_megabytes_is_cut_and_nothing_of_it_is_lost() {
    let tools = tempfile::tempdir().unwrap();
    let desk = Desk::printing(counting(tools.path()));
    desk.thread("a", 3);
    let mut text = String::new();
    for n in 0..290_000 {
        write!(text, "word{n:06} {}", if n % 50 == 0 { "\n\n" } else { "" }).unwrap();
    }
    let texts = serde_json::json!([text]).to_string();
    desk.intruder().execute("UPDATE message SET texts = ?1 WHERE id = 'msg_a_2'", [texts]).unwrap();
    let exported = export_pdf(&desk, &desk.dir.path().join("a.pdf"), Replace::Nothing).unwrap();
    let parts = given(tools.path());
    assert_eq!((exported.files.len(), parts.len()), (parts.len(), parts[0]["parts"].as_u64().unwrap() as usize));
    assert!(parts.len() > 4, "{}", parts.len());
    let mut seen = Vec::new();
    for (part, json) in parts.iter().zip(0..).map(|(part, n)| (part, tools.path().join(format!("part-{n}")))) {
        assert!(fs::metadata(json).unwrap().len() < 1_200_000);
        seen.extend(part["messages"].as_array().unwrap().iter().map(|message| message["number"].as_u64().unwrap()));
    }
    assert_eq!((seen[0], seen[1], seen[seen.len() - 1]), (1, 2, 3));
    let all = serde_json::Value::Array(parts).to_string();
    assert!((0..290_000).all(|n| n % 997 != 0 || all.contains(&format!("word{n:06}"))));
}

#[test]
fn a_stop_ends_the_program_and_leaves_nothing() {
    let tools = tempfile::tempdir().unwrap();
    let hanging = script(tools.path(), HANGING);
    let desk = Desk::printing(Program::at(hanging));
    desk.thread("a", 5);
    desk.skein.set_state("a", State::Locked).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (format, name) in [(ExportFormat::Record, "a.zip"), (ExportFormat::Pdf, "a.pdf")] {
        drop(fs::remove_file(tools.path().join("pid")));
        let target = Target { path: folder.path().join(name), replace: Replace::Nothing };
        let (pid, told) = (tools.path().join("pid"), AtomicBool::new(false));
        let mut tell = |_| told.store(true, Ordering::Relaxed);
        let which = Selection::Threads(vec!["a".into()]);
        let exported = desk.skein.export(&which, format, &target, &mut tell, &|| pid.exists()).unwrap();
        assert!(exported.cancelled && exported.files.is_empty() && told.into_inner());
        assert!(!runs(&pid), "the program was ended");
        assert!(left(folder.path(), &desk).is_empty());
    }
}

#[test]
fn what_the_program_is_told_is_what_was_agreed() {
    let (header, messages, events) = (golden::header(), golden::Fixed(golden::messages()), golden::events());
    let (mut outline, mut parts) = (Outline::default(), pdf::Parts::default());
    messages
        .visit(&mut |message| {
            outline.add(&message);
            parts.add(&message);
            Ok(())
        })
        .unwrap();
    outline.finish(header.active_tip.as_deref());
    let signed = Signed { signature: vec![], at: AT.into(), public: SigningKey::from_seed(&[42; 32]).public() };
    let sealed = Sealed { json: "{}".into(), at: AT.into(), signed: Some(signed) };
    let facts = Facts { header: &header, sealed: Some(&sealed), events: &events, outline: &outline };
    let mut told = Vec::new();
    let mut each = |part: Vec<u8>, count| {
        told.push((part, count));
        Ok(())
    };
    pdf::write(&facts, &messages, &parts.finish(), AT, &mut each).unwrap();
    let [(part, 4)] = &told[..] else { panic!("one part of four messages: {}", told.len()) };
    let part = line(&serde_json::from_slice::<serde_json::Value>(part).unwrap()).unwrap() + "\n";
    // `tests/pdf` prints the same file.
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/pdf-part.json");
    if std::env::var_os("SKEIN_WRITE").is_some() {
        fs::write(&path, &part).unwrap();
    }
    assert_eq!(fs::read_to_string(path).unwrap_or_default(), part);
}
