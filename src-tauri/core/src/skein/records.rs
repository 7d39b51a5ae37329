//! Records: the signing key, checking what was sealed, and signing what could not be signed at once.
//! What is sealed and how it is compared is in [`crate::record`]; exports are in `records/export.rs`.

mod check;
pub(super) mod export;
pub(super) mod names;
mod pages;
pub(super) mod part;
pub(super) mod placing;
mod ready;
mod sheets;
mod steps;

use std::fs::File;
use std::path::Path;

use check::Known;
pub use export::{Replace, Selection, Target};

use super::Skein;
use super::show::find;
use crate::clock::rfc3339;
use crate::error::{Code, Error, Result};
use crate::keychain::{KeychainError, SigningKeys};
use crate::record::key::{PublicKey, SigningKey, groups};
use crate::record::{RecordError, package};
use crate::store::entry::{self, NewEntry};
use crate::store::seal::{self, SealRow};
use crate::store::{StoreError, setting, signing_key, thread};
use crate::thread::RuleError;
use crate::wire::{
    Door, EarlierKey, EntryKind, KeyHome, KeyView, Progress, SealStatus, SealView, State, Verification, Verified,
};

impl Skein {
    /// Checks a thread's last seal against what is there, and keeps the answer for lists.
    ///
    /// # Errors
    /// `thread_not_found`, `thread_deleted`; `not_found` for a thread that was never sealed.
    pub fn verify_thread(&self, id: &str) -> Result<Verification> {
        let known = self.known_keys()?;
        let now = self.now();
        let (thread, found) = self.store().read(|conn| {
            let row = find(conn, id)?;
            let found = check::thread(conn, &row, &known, now)?;
            found.map(|found| (row.seq, found)).ok_or_else(|| Error::from(RuleError::NeverSealed(id.into())))
        })?;
        self.note(thread, &found)?;
        Ok(found)
    }

    /// Checks a record: a package or a folder that one was unpacked into. Known are the keys of this store
    /// or, if `key` is given, the one with that fingerprint alone, however it is grouped.
    ///
    /// # Errors
    /// `invalid_request` if there is nothing to be read at `path`.
    pub fn verify_record(&self, path: &Path, key: Option<&str>) -> Result<Verification> {
        let ours = if key.is_none() { self.known_keys()? } else { Known::default() };
        let plain = |text: &str| text.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_lowercase();
        let key = key.map(plain);
        let known = |public: PublicKey| match &key {
            Some(key) => public.fingerprint() == *key,
            None => ours.keys.contains(&public),
        };
        let found = package::verify(path, &known, rfc3339(self.now()))
            .map_err(|error| RecordError::Read { path: path.display().to_string(), error })?;
        let keychain_unavailable = ours.unasked && found.status == SealStatus::UnknownKey;
        Ok(Verification { keychain_unavailable, ..found })
    }

    /// Checks every seal of the store, a thread a step, and keeps each answer for lists as it comes. `cancel` is asked
    /// before each. A thread that cannot be read is one that was altered; one that was erased meanwhile is left out.
    ///
    /// # Errors
    /// `store_in_use`, `storage_error` before anything was checked.
    pub fn verify_all(&self, progress: &mut dyn FnMut(Progress), cancel: &dyn Fn() -> bool) -> Result<Verified> {
        let known = self.known_keys()?;
        let threads = self.store().read(|conn| seal::threads(conn, 0, u32::MAX))?;
        let total = threads.len() as u64;
        let mut verified = Verified { object: "verified".into(), checked: 0, troubles: Vec::new(), cancelled: false };
        for (seq, done) in threads.into_iter().zip(0..) {
            progress(Progress { done, total });
            if cancel() {
                verified.cancelled = true;
                return Ok(verified);
            }
            let Some(found) = self.verify_one(seq, &known)? else { continue };
            if let Err(error) = self.note(seq, &found) {
                tracing::warn!(code = error.code().as_str(), "what a check found cannot be kept for lists");
            }
            verified.checked += 1;
            if found.status != SealStatus::Valid {
                verified.troubles.push(found);
            }
        }
        progress(Progress { done: total, total });
        Ok(verified)
    }

    /// Checks one of all threads; nothing if it is gone, or has nothing to check any more.
    fn verify_one(&self, seq: i64, known: &Known) -> Result<Option<Verification>> {
        let now = self.now();
        self.store().read(|conn| {
            let Some(id) = thread::id_of(conn, seq)? else { return Ok(None) };
            match thread::get(conn, seq).map_err(Error::from).and_then(|row| check::thread(conn, &row, known, now)) {
                Err(error) if error.code() == Code::StorageError => Ok(Some(check::unreadable(id, &error, now))),
                found => found,
            }
        })
    }

    /// A thread's last seal.
    ///
    /// # Errors
    /// `thread_not_found`, `thread_deleted`.
    pub fn seal(&self, id: &str) -> Result<Option<SealView>> {
        self.store().read(|conn| {
            let row = find(conn, id)?;
            let (Some(last), Some(summary)) = (seal::last(conn, row.seq)?, seal::summary(conn, row.seq)?) else {
                return Ok(None);
            };
            let signed = seal::signatures(conn, last.seq)?.into_iter().next();
            let sealed = check::read_seal(&last);
            let header = check::read_header(&last);
            Ok(Some(SealView {
                object: "seal".into(),
                thread_id: row.id,
                digest: summary.digest,
                sealed_at: summary.sealed_at,
                state: header.and_then(|header| crate::store::Word::from_word(&header.state)),
                messages: last.count,
                previous: sealed.as_ref().and_then(|sealed| sealed.previous.clone()),
                program: sealed.map(|sealed| sealed.program).unwrap_or_default(),
                signed_at: signed.as_ref().map(|signed| rfc3339(signed.signed_at)),
                fingerprint: signed.map(|signed| groups(&signed.public.fingerprint())),
                status: summary.status,
                checked_at: summary.checked_at,
            }))
        })
    }

    /// Signs the seals that could not be signed when they were made, each checked first, with a time of
    /// their own. Answers how many.
    ///
    /// # Errors
    /// `keychain_unavailable`, `store_read_only`, `storage_error`.
    pub fn sign_pending(&self) -> Result<u32> {
        let pending = self.store().read(seal::unsigned)?;
        if pending.is_empty() {
            return Ok(0);
        }
        let key = self.current_key()?;
        let mut signed = 0;
        for row in pending {
            signed += u32::from(self.sign_checked(&row, &key)?);
        }
        Ok(signed)
    }

    /// Signs a seal that nobody has signed, if what it seals is still there.
    fn sign_checked(&self, row: &SealRow, key: &SigningKey) -> Result<bool> {
        let signed = self.store().read(|conn| seal::signatures(conn, row.seq))?;
        if signed.is_empty() { self.sign_also(row, key) } else { Ok(false) }
    }

    /// Signs a seal, whoever has signed it before, if what it seals is still there.
    fn sign_also(&self, row: &SealRow, key: &SigningKey) -> Result<bool> {
        let now = self.now();
        self.store().write(|tx| {
            let thread = thread::get(tx, row.thread)?;
            let signed = seal::signatures(tx, row.seq)?.iter().any(|signed| signed.public == key.public());
            if signed || !check::can_be_signed(tx, &thread, row)? {
                return Ok(signed);
            }
            seal::sign(tx, row.seq, &row.json, key, now)?;
            if seal::last(tx, row.thread)?.is_some_and(|last| last.seq == row.seq) {
                seal::note(tx, row.thread, row.seq, SealStatus::Valid, now)?;
            }
            Ok(true)
        })
    }

    /// The key that seals are signed with. Asks the keychain, which can take seconds.
    ///
    /// # Errors
    /// `storage_error`.
    pub fn signing_key(&self) -> Result<KeyView> {
        let listed = self.store().read(signing_key::list)?;
        let (home, current) = match self.keys() {
            Ok(Some(keys)) => (KeyHome::Keychain, keys.current().map(SigningKey::public)),
            Ok(None) if listed.is_empty() => (KeyHome::None, None),
            Ok(None) => (KeyHome::Missing, listed.last().map(|row| row.public)),
            Err(_) => (KeyHome::Unavailable, listed.last().map(|row| row.public)),
        };
        let made = |key| listed.iter().find(|row| Some(row.public) == key).map(|row| rfc3339(row.made_at));
        let earlier = listed.iter().rev().filter(|row| Some(row.public) != current);
        Ok(KeyView {
            object: "signing_key".into(),
            home,
            fingerprint: current.map(|key| groups(&key.fingerprint())),
            pem: current.map(|key| key.pem()),
            made_at: made(current),
            earlier: earlier
                .map(|row| EarlierKey { fingerprint: groups(&row.public.fingerprint()), made_at: rfc3339(row.made_at) })
                .collect(),
        })
    }

    /// Makes a new signing key in place of the one before, which stays in the keychain for what it has
    /// sealed. Old seals stay valid under the old fingerprint.
    ///
    /// # Errors
    /// `keychain_unavailable`, `store_read_only`, `storage_error`.
    pub fn replace_signing_key(&self) -> Result<KeyView> {
        let _alone = self.key_lock()?;
        let before = self.keys()?.map(|keys| keys.0).unwrap_or_default();
        self.make_key(before)?;
        self.signing_key()
    }

    /// The key to sign with if a thread is brought to `state`; made on first use. Without a keychain
    /// there is none: the seal is unsigned and can be signed later.
    pub(crate) fn key_for_seal(&self, state: Option<State>) -> Option<SigningKey> {
        if !matches!(state, Some(State::Locked | State::Archived)) || self.store().is_read_only() {
            return None;
        }
        match self.current_key() {
            Ok(key) => Some(key),
            Err(error) => {
                tracing::warn!(code = error.code().as_str(), "a seal cannot be signed now; it can be signed later");
                None
            }
        }
    }

    /// The key in use; the first one is made here. One that the store knows and the keychain has lost is
    /// not replaced.
    pub(super) fn current_key(&self) -> Result<SigningKey> {
        if let Some(key) = self.keys()?.as_ref().and_then(SigningKeys::current) {
            return Ok(key.clone());
        }
        let _alone = self.key_lock()?;
        // Another process may have made it meanwhile.
        if let Some(key) = self.keys()?.as_ref().and_then(SigningKeys::current) {
            return Ok(key.clone());
        }
        if !self.store().read(signing_key::list)?.is_empty() {
            return Err(KeychainError::SigningKeyLost.into());
        }
        self.make_key(Vec::new())
    }

    /// Makes a key, keeps it before those that were there, and lists its public half.
    fn make_key(&self, before: Vec<SigningKey>) -> Result<SigningKey> {
        let key = SigningKey::generate().map_err(StoreError::Io)?;
        let keys = SigningKeys([vec![key.clone()], before].concat());
        let store = self.store().read(setting::store_id)?;
        self.0.keychain.keep_signing_keys(&store, &keys)?;
        self.store().write(|tx| signing_key::keep(tx, key.public(), self.now()))?;
        Ok(key)
    }

    /// Every key of this store in the keychain.
    pub(super) fn keys(&self) -> Result<Option<SigningKeys>> {
        let store = self.store().read(setting::store_id)?;
        Ok(self.0.keychain.signing_keys(&store)?)
    }

    /// The keys whose seals are taken for ours: those in the keychain, and no others. What the store lists proves
    /// nothing: whoever signed it anew lists a key as well.
    fn known_keys(&self) -> Result<Known> {
        match self.keys() {
            Ok(keys) => {
                let keys = keys.map(|keys| keys.0.iter().map(SigningKey::public).collect());
                Ok(Known { keys: keys.unwrap_or_default(), unasked: false })
            }
            Err(Error::Keychain(_)) => Ok(Known { keys: Vec::new(), unasked: true }),
            Err(error) => Err(error),
        }
    }

    /// Seals what was locked or archived before there were seals.
    pub(super) fn seal_what_was_closed(&self) -> Result<()> {
        if !self.store().read(setting::seal_is_due)? {
            return Ok(());
        }
        self.store().write(|tx| {
            for (thread, state) in seal::missing(tx)? {
                let now = self.now();
                let digest = match seal::make(tx, thread, state, now, None) {
                    // One that was altered stays without, and is found by whoever checks it.
                    Err(StoreError::Altered(_)) => continue,
                    made => made?,
                };
                let new = NewEntry::new(thread, EntryKind::Sealed, Door::Skein, now);
                entry::append(tx, &NewEntry { seal: Some(digest), ..new })?;
            }
            Ok(setting::seal_is_done(tx)?)
        })
    }

    /// Keeps an answer for lists, where it can be kept; one that only says that nobody could be asked is none.
    fn note(&self, thread: i64, found: &Verification) -> Result<()> {
        if self.store().is_read_only() || found.keychain_unavailable {
            return Ok(());
        }
        self.store().write(|tx| {
            if let Some(last) = seal::last(tx, thread)? {
                seal::note(tx, thread, last.seq, found.status, self.now())?;
            }
            Ok(())
        })
    }

    /// Held while a key is made, so that two processes do not make one each.
    fn key_lock(&self) -> Result<File, StoreError> {
        let file =
            File::options().create(true).truncate(false).write(true).open(self.store().dir().join("key.lock"))?;
        file.lock()?;
        Ok(file)
    }
}
