//! What is exported of a thread: read in one go, checked, with the key that its record is signed with.

use rusqlite::Connection;

use super::super::Skein;
use super::check::{self, Known};
use crate::clock::rfc3339;
use crate::error::Result;
use crate::keychain::SigningKeys;
use crate::record::canonical;
use crate::record::key::SigningKey;
use crate::record::line::Event;
use crate::record::package::{Sealed, Signed};
use crate::store::entry;
use crate::store::seal::{self, SealRow};
use crate::store::setting::hex;
use crate::store::thread::ThreadRow;
use crate::store::{StoreError, lines};
use crate::wire::{SealStatus, State, Verification};

/// One thread, ready to be written.
pub(super) struct Ready {
    pub row: ThreadRow,
    pub header: String,
    pub sealed: Option<Sealed>,
    pub key: Option<SigningKey>,
    pub events: Vec<Event>,
    pub count: u32,
    pub status: Option<SealStatus>,
}

impl Skein {
    /// Reads what is to be written about a thread; the other way if it is not what was sealed.
    pub(super) fn ready(
        &self,
        conn: &Connection,
        row: &ThreadRow,
        known: &Known,
        key: Option<SigningKey>,
    ) -> Result<Result<Ready, Verification>> {
        if row.state == State::Open {
            return Ok(Ok(draft(conn, row)?));
        }
        let checked = check::thread(conn, row, known, self.now())?;
        let (Some(found), Some(last)) = (checked, seal::last(conn, row.seq)?) else { return Ok(Ok(draft(conn, row)?)) };
        if found.status == SealStatus::Altered {
            return Ok(Err(found));
        }
        let signatures = seal::signatures(conn, last.seq)?;
        let own = key.as_ref().map(SigningKey::public);
        let signature = signatures.iter().find(|row| own.is_none_or(|own| own == row.public));
        let signed = signature.map(|row| Signed {
            signature: row.signature.clone(),
            at: rfc3339(row.signed_at),
            public: row.public,
        });
        let digest = hex(&last.digest);
        let links = entry::links(conn, row.seq)?;
        let before = links.iter().take_while(|link| link.entry.seal.as_ref() != Some(&digest));
        Ok(Ok(Ready {
            row: row.clone(),
            header: last.header.clone(),
            sealed: Some(Sealed { json: last.json, at: rfc3339(last.sealed_at), signed }),
            key,
            events: before.map(event).collect::<Result<_, _>>()?,
            count: last.count,
            status: Some(found.status),
        }))
    }

    /// The key that a thread's record is signed with: the one that signed its seal or, if nobody has or
    /// that one is gone, the key in use, which then signs the seal too. Without a keychain a seal that
    /// was never signed goes as it is.
    pub(super) fn key_of_record(&self, row: &ThreadRow) -> Result<Option<SigningKey>> {
        let last: Option<SealRow> = self.store().read(|conn| seal::last(conn, row.seq))?;
        let Some(last) = last.filter(|_| row.state != State::Open) else { return Ok(None) };
        let signatures = self.store().read(|conn| seal::signatures(conn, last.seq))?;
        let keys = self.keys();
        if let Ok(Some(keys)) = &keys
            && let Some(key) = signatures.iter().find_map(|signed| SigningKeys::with(keys, signed.public))
        {
            return Ok(Some(key.clone()));
        }
        let key = match keys.and_then(|_| self.current_key()) {
            Ok(key) => key,
            Err(_) if signatures.is_empty() => return Ok(None),
            Err(error) => return Err(error),
        };
        let signed = !self.store().is_read_only() && self.sign_also(&last, &key)?;
        Ok(signed.then_some(key))
    }
}

/// A thread as it stands, which nobody has sealed.
pub(super) fn draft(conn: &Connection, row: &ThreadRow) -> Result<Ready> {
    let links = entry::links(conn, row.seq)?;
    Ok(Ready {
        row: row.clone(),
        header: canonical::line(&lines::header(conn, row, row.state)?).map_err(StoreError::Io)?,
        sealed: None,
        key: None,
        events: links.iter().map(event).collect::<Result<_, _>>()?,
        count: row.message_count,
        status: None,
    })
}

fn event(link: &entry::Link) -> Result<Event, StoreError> {
    let (salt, detail) = link.detail.clone().unwrap_or_default();
    Ok(Event { detail, entry: link.line()?, kind: crate::record::line::Kind::Event, salt: hex(&salt) })
}
