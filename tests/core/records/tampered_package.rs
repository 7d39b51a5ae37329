//! A record changed on its way: every kind of change, in a hundred places each, is found and named, by
//! us and by the Python script. The intruder knows the format and has every tool but the key.

use skein_core::record::key::SigningKey;
use skein_core::wire::FindingKind::{
    FileAdded, FileChanged, FileMissing, HistoryChanged, MessageAdded, MessageChanged, MessageMissing, MessageMoved,
    MessagesChanged, SealChanged, SealReplaced, SignatureWrong, ThreadChanged, Unreadable,
};
use skein_core::wire::{FindingKind, SealStatus, State};

use crate::support::{Chance, Desk};
use crate::support_package::{Package, export, sealed};

const PLACES: u64 = 100;
const MESSAGES: u32 = 16;

/// Each place is found; where nothing was made to match again, as one of these kinds. Every other place the
/// manifests are made to match, and every fourth the lines and the seal too. The script finds the first four.
fn each(kinds: &[FindingKind], alter: impl Fn(&mut Package, &mut Chance)) {
    let desk = Desk::new();
    let whole = sealed(&desk, MESSAGES);
    assert_eq!(whole.verify(&desk.skein).status, SealStatus::Valid);
    let mut chance = Chance::new(11);
    for place in 0..PLACES {
        let mut package = whole.clone();
        alter(&mut package, &mut chance);
        if place % 4 == 3 {
            package.bind_again();
        }
        if place % 2 == 1 {
            package.list_again();
        }
        let found = package.verify(&desk.skein);
        assert_eq!(found.status, SealStatus::Altered, "place {place}");
        let named = |kinds: &[FindingKind]| found.findings.iter().any(|finding| kinds.contains(&finding.kind));
        let plain = place % 4 != 3;
        assert!(named(if plain { kinds } else { &[SignatureWrong] }), "place {place}: {:?}", found.findings);
        if place < 4 {
            let (code, said) = package.verify_py(&[]);
            assert!(code == 1 && said.starts_with("altered:\n  "), "place {place}: {said}");
        }
    }
}

/// Changes one message line.
fn change_line(package: &mut Package, at: usize, change: impl FnOnce(&mut serde_json::Value)) {
    let mut lines = package.lines();
    let mut value: serde_json::Value = serde_json::from_slice(&lines[at]).unwrap();
    change(&mut value);
    lines[at] = skein_core::record::canonical::line(&value).unwrap().into_bytes();
    package.set_lines(&lines);
}

fn any_message(package: &Package, chance: &mut Chance) -> usize {
    let messages = package.messages();
    messages.start + chance.below(messages.len() as u64) as usize
}

#[test]
fn one_bit_in_a_message() {
    each(
        &[MessageChanged, MessagesChanged, MessageMissing, MessageMoved, MessageAdded, Unreadable],
        |package, chance| {
            let at = any_message(package, chance);
            let mut lines = package.lines();
            let bit = chance.below(lines[at].len() as u64 * 8) as usize;
            lines[at][bit / 8] ^= 1 << (bit % 8);
            package.set_lines(&lines);
        },
    );
}

#[test]
fn one_bit_in_any_file() {
    each(
        &[FileChanged, SignatureWrong, SealChanged, FileMissing, Unreadable, FileAdded, MessageChanged],
        |package, chance| {
            let names: Vec<String> = package.files.keys().cloned().collect();
            let name = &names[chance.below(names.len() as u64) as usize];
            let bytes = package.files.get_mut(name).unwrap();
            let bit = chance.below(bytes.len() as u64 * 8) as usize;
            bytes[bit / 8] ^= 1 << (bit % 8);
            // A manifest that was changed cannot be made to match, and a seal that is none cannot be bound.
            if name.contains("manifest") || name == "seal.json" {
                package.files.insert(name.clone(), b"{}".to_vec());
            }
        },
    );
}

#[test]
fn a_role_a_time_a_model_or_the_order() {
    each(&[MessageChanged, MessagesChanged, MessageMoved], |package, chance| {
        let at = any_message(package, chance);
        let n = chance.below(5);
        change_line(package, at, |message| match n {
            0 => message["role"] = "system".into(),
            1 => message["createdAt"] = "2026-01-01T00:00:00.000Z".into(),
            2 => message["model"] = "another".into(),
            3 => message["parent"] = serde_json::Value::Null,
            _ => message["practice"] = (!message["practice"].as_bool().unwrap()).into(),
        });
        // The first message has no parent as it is.
        if n == 3 && at == 1 {
            change_line(package, at, |message| message["status"] = "failed".into());
        }
    });
}

#[test]
fn a_message_dropped_added_or_doubled() {
    each(&[MessageMissing], |package, chance| {
        let at = any_message(package, chance);
        let mut lines = package.lines();
        lines.remove(at);
        package.set_lines(&lines);
    });
    each(&[MessageMissing], |package, chance| {
        let messages = package.messages();
        let keep = chance.below(messages.len() as u64) as usize;
        let mut lines = package.lines();
        lines.drain(messages.start + keep..messages.end);
        package.set_lines(&lines);
    });
    each(&[MessageAdded, MessageMoved], |package, chance| {
        let at = any_message(package, chance);
        let mut lines = package.lines();
        lines.insert(at + 1, lines[at].clone());
        package.set_lines(&lines);
        if chance.below(2) == 0 {
            change_line(package, at + 1, |message| message["id"] = "msg_new".into());
        }
    });
}

#[test]
fn two_messages_swapped() {
    each(&[MessageMoved, MessageMissing], |package, chance| {
        let messages = package.messages();
        let first = messages.start + chance.below(messages.len() as u64 - 1) as usize;
        let second = first + 1 + chance.below((messages.end - first - 1) as u64) as usize;
        let mut lines = package.lines();
        lines.swap(first, second);
        package.set_lines(&lines);
    });
}

#[test]
fn the_title_the_metadata_or_the_state() {
    each(&[ThreadChanged], |package, chance| {
        let n = chance.below(1000);
        change_line(package, 0, |header| match n % 4 {
            0 => header["title"] = format!("Title {n}").into(),
            1 => header["metadata"] = format!("{{\"client\":\"{n}\"}}").into(),
            2 => header["createdAt"] = "2026-01-01T00:00:00.000Z".into(),
            _ => header["state"] = "archived".into(),
        });
    });
}

#[test]
fn an_event_removed_or_changed() {
    each(&[HistoryChanged, Unreadable], |package, chance| {
        let mut lines = package.lines();
        let first = package.messages().end;
        let at = first + chance.below((lines.len() - first) as u64) as usize;
        match chance.below(3) {
            0 => {
                lines.remove(at);
            }
            1 => lines[at] = String::from_utf8_lossy(&lines[at]).replace("cli", "api").into_bytes(),
            _ => {
                lines[at] = String::from_utf8_lossy(&lines[at])
                    .replace("{}", "{\\\"a\\\":1}")
                    .replace("Transfer", "Other")
                    .into_bytes();
            }
        }
        package.set_lines(&lines);
    });
}

#[test]
fn a_file_added_or_removed() {
    each(&[FileAdded, FileMissing, SignatureWrong], |package, chance| {
        let names: Vec<String> =
            package.files.keys().filter(|name| *name != "seal.json" && *name != "data/record.jsonl").cloned().collect();
        match chance.below(2) {
            0 => {
                let folder = ["", "data/", "signatures/"][chance.below(3) as usize];
                package.files.insert(format!("{folder}more-{}.txt", chance.below(1000)), b"more".to_vec());
            }
            _ => {
                package.files.remove(&names[chance.below(names.len() as u64) as usize]);
            }
        }
    });
}

#[test]
fn the_seal_of_another_thread_or_an_older_one() {
    let desk = Desk::new();
    desk.thread("b", MESSAGES);
    desk.skein.set_state("b", State::Locked).unwrap();
    let other = Package::read(&export(&desk.skein, "b", &desk.dir.path().join("b.zip")));
    let older = sealed(&desk, MESSAGES);
    desk.skein.set_state("a", State::Open).unwrap();
    desk.skein.rename_thread("a", "Renamed").unwrap();
    desk.skein.set_state("a", State::Locked).unwrap();
    let whole = Package::read(&export(&desk.skein, "a", &desk.dir.path().join("a.zip")));
    for (from, kinds) in [(&other, [SealReplaced, ThreadChanged]), (&older, [ThreadChanged, HistoryChanged])] {
        for again in [false, true] {
            let mut package = whole.clone();
            for name in ["seal.json", "signatures/seal.sig"] {
                package.files.insert(name.into(), from.files[name].clone());
            }
            if again {
                package.list_again();
            }
            let found = package.verify(&desk.skein);
            assert_eq!(found.status, SealStatus::Altered);
            assert!(found.findings.iter().any(|finding| kinds.contains(&finding.kind)), "{:?}", found.findings);
            let (code, said) = package.verify_py(&[]);
            assert!(code == 1 && said.starts_with("altered:"), "{said}");
        }
    }
}

#[test]
fn a_signature_stripped_is_missed_or_makes_it_unsigned() {
    let desk = Desk::new();
    let mut package = sealed(&desk, MESSAGES);
    package.files.retain(|name, _| !name.starts_with("signatures/") && name != "signer.pub.pem");
    assert_eq!(package.verify(&desk.skein).status, SealStatus::Altered, "the manifest names them");
    assert_eq!(package.verify_py(&[]).0, 1);
    package.list_again();
    assert_eq!(package.verify(&desk.skein).status, SealStatus::Unsigned);
    let (code, said) = package.verify_py(&[]);
    assert!(code == 0 && said.contains("unsigned"), "{said}");
    let fingerprint = desk.skein.signing_key().unwrap().fingerprint.unwrap();
    assert_eq!(package.verify_py(&["--key", &fingerprint]).0, 1, "whoever expects a key hears that there is none");
}

#[test]
fn signed_again_with_another_key_it_is_under_a_key_that_nobody_knows() {
    let desk = Desk::new();
    let whole = sealed(&desk, MESSAGES);
    let mut chance = Chance::new(5);
    for place in 0..PLACES {
        let mut package = whole.clone();
        let at = any_message(&package, &mut chance);
        change_line(&mut package, at, |message| message["texts"][0] = format!("forged {place}").into());
        package.bind_again();
        package.sign_again(&SigningKey::from_seed(&[place as u8; 32]));
        let found = package.verify(&desk.skein);
        assert_eq!((found.status, found.findings), (SealStatus::UnknownKey, vec![]));
        if place == 0 {
            assert_eq!(package.verify_py(&[]).0, 0, "as good as any, but for the fingerprint");
            let fingerprint = desk.skein.signing_key().unwrap().fingerprint.unwrap();
            assert_eq!(package.verify_py(&["--key", &fingerprint]).0, 1);
        }
    }
}

#[test]
fn a_zip_that_reads_otherwise_from_its_front_is_refused() {
    let desk = Desk::new();
    sealed(&desk, 2);
    let whole = std::fs::read(desk.dir.path().join("a.zip")).unwrap();
    let place = |bytes: &[u8], wanted: &[u8]| bytes.windows(wanted.len()).position(|window| window == wanted).unwrap();
    let path = desk.dir.path().join("changed.zip");
    let found = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        desk.skein.verify_record(&path, None).unwrap()
    };
    assert_eq!(found(&whole).status, SealStatus::Valid);
    let first = place(&whole, b"PK\x03\x04");
    // In the local header of the first file: method, checksum, both sizes, a letter of the name.
    for at in [8, 14, 18, 22, 31] {
        let mut bytes = whole.clone();
        bytes[first + at] ^= 1;
        let found = found(&bytes);
        assert_eq!((found.status, found.findings[0].kind), (SealStatus::Altered, FileChanged), "byte {at}");
    }
    let mut before = b"#!/bin/sh\n".to_vec();
    before.extend(&whole);
    assert_eq!(found(&before).status, SealStatus::Altered, "something stands before it");
    // A file that stands between two others, and in no directory.
    let hidden = b"PK\x03\x04\x0a\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0x";
    let end = place(&whole, b"PK\x01\x02");
    let mut bytes = [&whole[..end], hidden, &whole[end..]].concat();
    let tail = bytes.len() - 22;
    let start = u32::from_le_bytes(bytes[tail + 16..tail + 20].try_into().unwrap()) + hidden.len() as u32;
    bytes[tail + 16..tail + 20].copy_from_slice(&start.to_le_bytes());
    assert_eq!(found(&bytes).status, SealStatus::Altered, "something is hidden in it");
}

#[test]
fn a_zip_that_means_harm_is_refused() {
    let desk = Desk::new();
    let whole = sealed(&desk, 2);
    let file = desk.dir.path().join("bad.zip");
    for name in ["../outside", "data/../../outside", "data//twice", "C:\\outside"] {
        let mut package = whole.clone();
        package.files.insert(name.into(), b"x".to_vec());
        package.write_zip(&file);
        assert_eq!(desk.skein.verify_record(&file, None).unwrap().status, SealStatus::Altered, "{name}");
        let said = std::process::Command::new("python3")
            .arg("-B")
            .arg(whole.unpack(desk.dir.path()).join("verify.py"))
            .arg(&file)
            .output()
            .unwrap();
        assert_ne!(said.status.code(), Some(0), "{name}");
    }
    std::fs::write(&file, b"PK no zip at all").unwrap();
    assert_eq!(desk.skein.verify_record(&file, None).unwrap().status, SealStatus::Altered);
    assert!(desk.skein.verify_record(&desk.dir.path().join("none.zip"), None).is_err());
}
