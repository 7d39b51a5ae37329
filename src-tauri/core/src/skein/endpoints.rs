//! Endpoints: adding and changing them, which one a request means, and their keys.

mod ask;
pub(super) mod check;

use secrecy::SecretString;

use super::Skein;
use crate::endpoint::check_base_url;
use crate::error::{Error, Result};
use crate::keychain::{Found, KeySlot, KeychainError, key_variable};
use crate::store::StoreError;
use crate::store::endpoint::{self, EndpointRow};
use crate::store::setting;
use crate::thread::{EndpointId, RuleError};
use crate::wire::{Endpoint, EndpointPatch, KeyState, NewEndpoint, Protocol};

impl Skein {
    /// Every endpoint: practice, then the others as they were added. Asks the keychain, which can take seconds.
    ///
    /// # Errors
    /// `storage_error`.
    pub fn list_endpoints(&self) -> Result<Vec<Endpoint>> {
        let rows = self.store().read(endpoint::list)?;
        rows.iter().map(|row| self.endpoint_wire(row)).collect()
    }

    /// Gets an endpoint by its id or its name.
    ///
    /// # Errors
    /// `endpoint_not_found`.
    pub fn get_endpoint(&self, name_or_id: &str) -> Result<Endpoint> {
        self.endpoint_wire(&self.endpoint_row(name_or_id)?)
    }

    /// Adds an endpoint. The first one becomes the default.
    ///
    /// # Errors
    /// `invalid_request` if its name is taken or its address cannot be used.
    pub fn add_endpoint(&self, new: NewEndpoint) -> Result<Endpoint> {
        if new.protocol == Protocol::Practice {
            return Err(
                RuleError::InvalidRequest("There is a practice endpoint already, and one is enough.".into()).into()
            );
        }
        let base_url = base_url(&new.base_url, new.allow_http)?;
        let model = check::model(new.model)?;
        let row = self.store().write(|tx| -> Result<_> {
            let others = endpoint::list(tx)?;
            let row = EndpointRow {
                id: EndpointId::generate(),
                name: check::name(&new.name, &others)?,
                protocol: new.protocol,
                base_url,
                model,
                context_window: new.context_window.filter(|tokens| *tokens > 0),
                allow_http: new.allow_http,
                is_default: others.iter().all(EndpointRow::is_practice),
                models: Vec::new(),
                created_at: self.now(),
                options: check::options(new.options)?,
                parameters: check::parameters(new.parameters)?,
            };
            endpoint::insert(tx, &row)?;
            Ok(row)
        })?;
        self.endpoint_wire(&row)
    }

    /// Changes an endpoint. At another address its key is kept but not used, until it is entered again.
    ///
    /// # Errors
    /// `endpoint_not_found`, and as [`Skein::add_endpoint`].
    pub fn change_endpoint(&self, id: &str, patch: EndpointPatch) -> Result<Endpoint> {
        let row = self.store().write(|tx| -> Result<_> {
            let mut row = changeable(endpoint::find(tx, id)?, id)?;
            if let Some(name) = patch.name {
                let others = endpoint::list(tx)?;
                row.name = check::name(&name, others.iter().filter(|other| other.id != row.id))?;
            }
            row.allow_http = patch.allow_http.unwrap_or(row.allow_http);
            let address = base_url(patch.base_url.as_deref().unwrap_or(&row.base_url), row.allow_http)?;
            if address != row.base_url {
                row.base_url = address;
                row.models.clear();
            }
            if patch.model.is_some() {
                row.model = check::model(patch.model)?;
            }
            if let Some(protocol) = patch.protocol.filter(|protocol| *protocol != Protocol::Practice) {
                row.protocol = protocol;
            }
            if let Some(options) = patch.options {
                row.options = check::options(options)?;
            }
            if let Some(parameters) = patch.parameters {
                row.parameters = check::parameters(parameters)?;
            }
            if let Some(tokens) = patch.context_window {
                row.context_window = Some(tokens).filter(|tokens| *tokens > 0);
            }
            endpoint::update(tx, &row)?;
            Ok(row)
        })?;
        self.endpoint_wire(&row)
    }

    /// Removes an endpoint and its key; can take seconds. If it was the default, practice is, until another is chosen:
    /// nothing goes to a provider that nobody chose.
    ///
    /// # Errors
    /// `endpoint_not_found`; `invalid_request` for practice; `keychain_unavailable` if its key may still be there,
    /// and then the endpoint stays, too.
    pub fn remove_endpoint(&self, id: &str) -> Result<()> {
        let row = changeable(self.store().read(|conn| endpoint::find(conn, id))?, id)?;
        if self.store().is_read_only() {
            return Err(StoreError::ReadOnly.into());
        }
        // The key goes first: without its endpoint nobody would know of it any more.
        if let Some(slot) = self.key_slot(&row)? {
            self.0.keychain.delete(&slot)?;
        }
        Ok(self.store().write(|tx| endpoint::delete(tx, &row.id))?)
    }

    /// Makes an endpoint the default.
    ///
    /// # Errors
    /// `endpoint_not_found`.
    pub fn set_default_endpoint(&self, id: &str) -> Result<Endpoint> {
        let row = self.store().write(|tx| -> Result<_> {
            let row = found(endpoint::find(tx, id)?, id)?;
            endpoint::set_default(tx, &row.id)?;
            Ok(EndpointRow { is_default: true, ..row })
        })?;
        self.endpoint_wire(&row)
    }

    /// Keeps an endpoint's key, bound to its address: in the keychain or, if that cannot be used,
    /// for this run; the answer's `key` says which. Can take seconds.
    ///
    /// # Errors
    /// `endpoint_not_found`; `invalid_request` if it cannot be a key.
    pub fn set_key(&self, id: &str, key: SecretString) -> Result<Endpoint> {
        let row = changeable(self.store().read(|conn| endpoint::find(conn, id))?, id)?;
        let key = check::key(key)?;
        if let Some(slot) = self.key_slot(&row)? {
            self.0.keychain.set(&slot, &key);
        }
        self.endpoint_wire(&row)
    }

    /// Forgets an endpoint's key; there being none is fine. Can take seconds.
    ///
    /// # Errors
    /// `endpoint_not_found`; `keychain_unavailable` if the key may still be there.
    pub fn delete_key(&self, id: &str) -> Result<Endpoint> {
        let row = changeable(self.store().read(|conn| endpoint::find(conn, id))?, id)?;
        if let Some(slot) = self.key_slot(&row)? {
            self.0.keychain.delete(&slot)?;
        }
        self.endpoint_wire(&row)
    }

    /// The endpoint and the model that a request means: `endpoint/model`, if there is an endpoint of
    /// that very name; else the endpoint that was last seen to offer the model; else the default.
    pub(crate) fn resolve_endpoint(&self, model: Option<&str>) -> Result<(EndpointRow, String)> {
        let rows = self.store().read(endpoint::list)?;
        let asked = model.map(str::trim).filter(|model| !model.is_empty());
        let (row, model) = choose(&rows, asked)?;
        let model = model.map(str::to_owned).or_else(|| own_model(row)).ok_or_else(|| {
            let said = format!(
                "Endpoint {} has no model set, so nothing was sent. Choose its model in the settings, or name one with the request.",
                row.name
            );
            RuleError::Unfit { reason: "no_model", said }
        })?;
        Ok((row.clone(), model))
    }

    /// The key for an endpoint's present address. Asks the keychain, which can take seconds.
    ///
    /// # Errors
    /// `endpoint_missing_key` if its key was entered for another address; `keychain_unavailable` if
    /// there may be one that cannot be had now. Without any keychain there is none.
    pub(crate) fn key_for(&self, row: &EndpointRow) -> Result<Option<SecretString>> {
        let Some(slot) = self.key_slot(row)? else { return Ok(None) };
        match self.0.keychain.find(&slot) {
            Ok(Found::Key(key, _)) => Ok(Some(key)),
            Ok(Found::Nothing) | Err(KeychainError::Missing) => Ok(None),
            Ok(Found::OtherOrigin) => Err(KeychainError::OtherOrigin(row.name.clone()).into()),
            Err(error) => Err(error.into()),
        }
    }

    fn endpoint_row(&self, name_or_id: &str) -> Result<EndpointRow> {
        found(self.store().read(|conn| endpoint::find(conn, name_or_id))?, name_or_id)
    }

    /// `None` for practice, which takes no key.
    fn key_slot(&self, row: &EndpointRow) -> Result<Option<KeySlot>> {
        let Some(origin) = row.origin() else { return Ok(None) };
        let store = self.store().read(setting::store_id)?;
        Ok(Some(KeySlot { store, endpoint: row.id.to_string(), variable: key_variable(&row.name), origin }))
    }

    fn endpoint_wire(&self, row: &EndpointRow) -> Result<Endpoint> {
        let key = match self.key_slot(row)?.map(|slot| self.0.keychain.find(&slot)) {
            None | Some(Err(KeychainError::Missing)) => KeyState::None,
            Some(Ok(found)) => found.state(),
            Some(Err(_)) => KeyState::Unknown,
        };
        Ok(Endpoint {
            id: row.id.to_string(),
            name: row.name.clone(),
            protocol: row.protocol,
            base_url: row.base_url.clone(),
            model: row.model.clone(),
            context_window: row.context_window,
            allow_http: row.allow_http,
            options: row.options.clone(),
            parameters: row.parameters.clone(),
            key,
            is_default: row.is_default,
        })
    }
}

fn found(row: Option<EndpointRow>, name: &str) -> Result<EndpointRow> {
    row.ok_or_else(|| Error::from(RuleError::EndpointNotFound(name.into())))
}

fn changeable(row: Option<EndpointRow>, name: &str) -> Result<EndpointRow> {
    let row = found(row, name)?;
    if row.is_practice() { Err(check::practice_stays().into()) } else { Ok(row) }
}

fn base_url(text: &str, allow_http: bool) -> Result<String> {
    let mut url = check_base_url(text, allow_http)?;
    url.set_fragment(None);
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn default_of(rows: &[EndpointRow]) -> Result<&EndpointRow> {
    rows.iter().find(|row| row.is_default).ok_or_else(|| RuleError::EndpointNotFound("default".into()).into())
}

fn choose<'a>(rows: &'a [EndpointRow], asked: Option<&'a str>) -> Result<(&'a EndpointRow, Option<&'a str>)> {
    let default = default_of(rows)?;
    let Some(asked) = asked else { return Ok((default, None)) };
    if let Some((name, model)) = asked.split_once('/')
        && let Some(row) = rows.iter().find(|row| row.name == name)
    {
        return Ok((row, Some(model).filter(|model| !model.is_empty())));
    }
    let offers = |row: &&EndpointRow| row.offers(asked);
    let row = Some(default).filter(offers).or_else(|| rows.iter().find(offers)).unwrap_or(default);
    Ok((row, Some(asked)))
}

/// The model an endpoint answers with if none is named: the one that was set, else the first it offers.
fn own_model(row: &EndpointRow) -> Option<String> {
    row.model.clone().or_else(|| row.models.first().map(|known| known.id.clone()))
}
