//! A thread's last seal against its rows: messages, header, history, seal and signatures.

use rusqlite::Connection;
use sha2::{Digest, Sha256};

use crate::clock::{Millis, rfc3339};
use crate::error::{Error, Result};
use crate::record::canonical;
use crate::record::key::{PublicKey, groups};
use crate::record::line::{Chain, Header};
use crate::record::seal::Seal;
use crate::record::verify::{Findings, MarkCheck, compare_headers};
use crate::store::entry::{self, Link};
use crate::store::seal::{self, SealRow};
use crate::store::setting::hex;
use crate::store::thread::ThreadRow;
use crate::store::{StoreError, Word, lines};
use crate::wire::{FindingKind, SealStatus, State, Verification};

/// The keys whose seals are taken for ours.
#[derive(Default)]
pub(super) struct Known {
    pub keys: Vec<PublicKey>,
    /// Whether the keychain could not be asked, so that there are none.
    pub unasked: bool,
}

/// Checks a thread. `None` if it is open and was never sealed.
pub(super) fn thread(conn: &Connection, row: &ThreadRow, known: &Known, now: Millis) -> Result<Option<Verification>> {
    let seals = seal::list(conn, row.seq)?;
    let links = entry::links(conn, row.seq)?;
    if seals.is_empty() && row.state == State::Open && links.iter().all(|link| link.entry.seal.is_none()) {
        return Ok(None);
    }
    let mut findings = Findings::default();
    let (mut key, mut status) = (None, SealStatus::Unsigned);
    if let Some(last) = seals.last() {
        sealed(conn, row, last, row.state != State::Open, &mut findings)?;
        (key, status) = signed(conn, last, &known.keys, &mut findings)?;
    }
    history(conn, row, &links, &seals, &mut findings)?;
    let last = seals.last();
    let status = findings.answer(status);
    Ok(Some(Verification {
        object: "verification".into(),
        thread_id: Some(row.id.clone()),
        path: None,
        status,
        keychain_unavailable: known.unasked && status == SealStatus::UnknownKey,
        findings: findings.0,
        digest: last.map(|last| hex(&last.digest)),
        sealed_at: last.map(|last| rfc3339(last.sealed_at)),
        messages: last.map_or(0, |last| last.count),
        fingerprint: key.map(|key| groups(&key.fingerprint())),
        checked_at: rfc3339(now),
    }))
}

/// What is said of a thread that cannot be read.
pub(super) fn unreadable(id: String, error: &Error, now: Millis) -> Verification {
    let mut findings = Findings::default();
    findings.add(FindingKind::Unreadable, format!("It cannot be read: {error}"));
    Verification {
        object: "verification".into(),
        thread_id: Some(id),
        path: None,
        status: SealStatus::Altered,
        keychain_unavailable: false,
        findings: findings.0,
        digest: None,
        sealed_at: None,
        messages: 0,
        fingerprint: None,
        checked_at: rfc3339(now),
    }
}

/// Whether a seal can be signed now: it is what was made, what it seals is there, and the thread's history is whole.
/// An older seal says nothing of how the thread is now.
pub(super) fn can_be_signed(conn: &Connection, row: &ThreadRow, seal: &SealRow) -> Result<bool> {
    let seals = seal::list(conn, row.seq)?;
    let is_last = seals.last().is_some_and(|last| last.seq == seal.seq);
    let mut findings = Findings::default();
    sealed(conn, row, seal, is_last && row.state != State::Open, &mut findings)?;
    signed(conn, seal, &[], &mut findings)?;
    history(conn, row, &entry::links(conn, row.seq)?, &seals, &mut findings)?;
    Ok(findings.0.is_empty())
}

/// A seal as it was made, if it can still be read.
pub(super) fn read_seal(row: &SealRow) -> Option<Seal> {
    serde_json::from_str(&row.json).ok()
}

/// The header as it was sealed, if it can still be read.
pub(super) fn read_header(row: &SealRow) -> Option<Header> {
    serde_json::from_str(&row.header).ok()
}

/// Checks a seal itself and the messages under it; if the thread is `closed` by it, also that nothing
/// else has changed.
fn sealed(conn: &Connection, row: &ThreadRow, last: &SealRow, closed: bool, findings: &mut Findings) -> Result<()> {
    let Some(seal) = read_seal(last).filter(|_| canonical::hash(&last.json).as_slice() == last.digest) else {
        findings.add(FindingKind::SealChanged, "The seal is not what was made.");
        return Ok(());
    };
    if seal.thread != row.id {
        findings.add(FindingKind::SealReplaced, format!("The seal is that of another thread, {}.", seal.thread));
    }
    if seal.header != canonical::hash_hex(&last.header) {
        findings.add(FindingKind::SealChanged, "The header is not the one that was sealed.");
    }
    if seal.count != last.count || seal.sealed_at != rfc3339(last.sealed_at) {
        findings.add(FindingKind::SealChanged, "What the store says about the seal is not what the seal says.");
    }
    if closed {
        compare_headers(&last.header, &lines::header(conn, row, row.state)?, findings);
    }
    messages(conn, row, last, (&seal, closed), findings)
}

/// Checks the messages under a seal; if the thread is `closed` by it, that there are no others.
fn messages(
    conn: &Connection,
    row: &ThreadRow,
    last: &SealRow,
    (seal, closed): (&Seal, bool),
    findings: &mut Findings,
) -> Result<()> {
    let mut chain = Chain::behind(&last.header);
    let mut head = (seal.count == 0).then_some(chain.head);
    let mut marks = MarkCheck::new(&last.marks);
    let mut unread = None;
    lines::messages(conn, row.seq, if closed { u32::MAX } else { seal.count }, |mut message, intact| {
        chain.add(&mut message)?;
        marks.see(&message.id, &chain);
        if chain.count == seal.count {
            head = Some(chain.head);
        }
        if !intact && unread.is_none() {
            unread = Some((chain.count, message.id));
        }
        Ok::<_, StoreError>(())
    })?;
    let before = findings.0.len();
    marks.finish(seal.count, closed, findings);
    if findings.0.len() == before && head.is_none_or(|head| hex(&head) != seal.head) {
        findings.add(FindingKind::MessagesChanged, "The messages are not those that were sealed.");
    }
    if findings.0.len() == before
        && let Some((number, id)) = unread
    {
        let words = format!("Message {number} ({id}) is not what was written.");
        findings.add_message(FindingKind::MessageChanged, number, Some(&id), words);
    }
    if closed && row.message_count != chain.count {
        let words = format!("The thread counts {} messages; {} are there.", row.message_count, chain.count);
        findings.add(FindingKind::ThreadChanged, words);
    }
    Ok(())
}

/// The key that signed a seal, and what is known about it.
fn signed(
    conn: &Connection,
    last: &SealRow,
    known: &[PublicKey],
    findings: &mut Findings,
) -> Result<(Option<PublicKey>, SealStatus)> {
    let mut stranger = None;
    for row in seal::signatures(conn, last.seq)? {
        if !row.public.verifies(last.json.as_bytes(), &row.signature) {
            findings.add(FindingKind::SignatureWrong, "The signature does not belong to this seal and key.");
        } else if known.contains(&row.public) {
            return Ok((Some(row.public), SealStatus::Valid));
        } else {
            stranger = Some(row.public);
        }
    }
    Ok((stranger, if stranger.is_some() { SealStatus::UnknownKey } else { SealStatus::Unsigned }))
}

/// Checks a thread's ledger: each entry by its hash, in its place in thread and store, its detail, the
/// states it brought the thread through and the seals it names.
fn history(
    conn: &Connection,
    row: &ThreadRow,
    links: &[Link],
    seals: &[SealRow],
    findings: &mut Findings,
) -> Result<()> {
    let (mut before, mut state) = (String::new(), State::Open.word().to_owned());
    for (n, link) in links.iter().enumerate() {
        let say = |what: &str| format!("Entry {} of the history ({}) {what}.", n + 1, link.entry.kind);
        if canonical::hash(&link.line()?).as_slice() != link.hash {
            findings.add(FindingKind::HistoryChanged, say("is not what was written"));
        }
        if link.entry.thread_prev != before {
            findings.add(FindingKind::HistoryChanged, say("does not follow the one before it: an entry is missing"));
        }
        if link.entry.store_prev != hex(&entry::hash_before(conn, link.seq)?) {
            findings.add(FindingKind::HistoryChanged, say("does not follow the one before it in the store"));
        }
        let told =
            link.detail.as_ref().map(|(salt, json)| Sha256::new().chain_update(salt).chain_update(json).finalize());
        if told.is_none_or(|told| hex(&told) != link.entry.detail) {
            findings.add(FindingKind::HistoryChanged, say("does not say what it said"));
        }
        if link.entry.from.as_ref().is_some_and(|from| *from != state) {
            findings.add(FindingKind::HistoryChanged, say("begins in another state than the one before it ended"));
        }
        state = link.entry.to.clone().unwrap_or(state);
        before = hex(&link.hash);
    }
    if state != row.state.word() {
        let words = format!("The thread is {}, but its history left it {state}.", row.state.word());
        findings.add(FindingKind::HistoryChanged, words);
    }
    seals_in_history(conn, links, seals, findings)
}

/// Whether a seal and the header under it are what was made. Of the last one [`sealed`] says it more exactly.
fn is_whole(row: &SealRow) -> bool {
    let seal = read_seal(row).filter(|_| canonical::hash(&row.json).as_slice() == row.digest);
    seal.is_some_and(|seal| seal.header == canonical::hash_hex(&row.header) && seal.count == row.count)
}

/// Every seal that an entry names is there, in order, and was made where that entry stands.
fn seals_in_history(conn: &Connection, links: &[Link], seals: &[SealRow], findings: &mut Findings) -> Result<()> {
    let mut made: Option<String> = None;
    let mut there = seals.iter();
    for (n, link) in links.iter().enumerate() {
        let Some(digest) = &link.entry.seal else { continue };
        let Some(row) = there.find(|row| hex(&row.digest) == *digest) else {
            findings.add(FindingKind::SealMissing, "A seal that the history names is missing.");
            return Ok(());
        };
        let thread_history = n.checked_sub(1).map(|at| hex(&links[at].hash)).unwrap_or_default();
        let store_history = hex(&entry::hash_before(conn, link.seq)?);
        let last = seals.last().is_some_and(|last| last.seq == row.seq);
        if !last && !is_whole(row) {
            findings.add(FindingKind::SealChanged, "An earlier seal is not what was made.");
        }
        let fits = read_seal(row).is_some_and(|seal| {
            seal.previous == made && seal.thread_history == thread_history && seal.store_history == store_history
        });
        if !fits {
            findings.add(FindingKind::HistoryChanged, "A seal does not stand where it was made in the history.");
        }
        made = Some(digest.clone());
    }
    if seals.last().map(|last| hex(&last.digest)) != made {
        findings.add(FindingKind::SealReplaced, "The last seal is not the one that the history names last.");
    }
    if made.is_none() {
        findings.add(FindingKind::SealMissing, "There is no seal.");
    }
    Ok(())
}
