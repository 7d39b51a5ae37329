//! Asking an endpoint: whether it answers, and which models it has.

use std::time::Instant;

use secrecy::SecretString;

use super::{Skein, own_model};
use crate::endpoint::{self, Call, CallMessage, EndpointError};
use crate::error::Result;
use crate::store::StoreError;
use crate::store::endpoint::{EndpointRow, KnownModel, find, list, update};
use crate::wire::{EndpointTest, FoundEndpoint, Model, Protocol, Role};

/// What a test says to the model.
const HELLO: &str = "Say hello in one word.";

impl Skein {
    /// Tests an endpoint with one small call, which ends with the first text.
    ///
    /// # Errors
    /// `endpoint_not_found`. What the endpoint does wrong stands in the answer.
    pub async fn test_endpoint(&self, id: &str) -> Result<EndpointTest> {
        let row = self.endpoint_row(id)?;
        Ok(match self.try_endpoint(&row).await {
            Ok((model, first_text_ms)) => {
                EndpointTest { ok: true, model: Some(model), first_text_ms: Some(first_text_ms), error: None }
            }
            Err(error) => EndpointTest { ok: false, model: None, first_text_ms: None, error: Some(error.detail()) },
        })
    }

    /// Asks an endpoint which models it has, and remembers them.
    ///
    /// # Errors
    /// `endpoint_not_found`, and what goes wrong at the endpoint.
    pub async fn list_models(&self, id: &str) -> Result<Vec<Model>> {
        let row = self.endpoint_row(id)?;
        let key = self.key_off_thread(&row).await?;
        let known = self.ask_for_models(&row, key).await?;
        Ok(known.into_iter().map(|known| model_wire(&row, known)).collect())
    }

    /// What every endpoint offers. All are asked at once; one that cannot answer now counts with what it
    /// offered when it last could.
    ///
    /// # Errors
    /// `storage_error`.
    pub async fn list_every_model(&self) -> Result<Vec<Model>> {
        let rows = self.store().read(list)?;
        let asked: Vec<_> = rows
            .into_iter()
            .map(|row| {
                let skein = self.clone();
                let known = row.clone();
                (known, tokio::spawn(async move { skein.list_models(row.id.as_str()).await }))
            })
            .collect();
        let mut models = Vec::new();
        for (row, answer) in asked {
            match answer.await {
                Ok(Ok(offered)) => models.extend(offered),
                _ => models.extend(row.models.iter().cloned().map(|known| model_wire(&row, known))),
            }
        }
        Ok(models)
    }

    /// The model servers that answer on this machine's usual ports and are no endpoint yet. Nothing
    /// but this machine is asked.
    ///
    /// # Errors
    /// `storage_error`.
    pub async fn discover_endpoints(&self) -> Result<Vec<FoundEndpoint>> {
        let known = self.store().read(list)?;
        let found = endpoint::discover(&self.0.usual_ports).await;
        let new = found.into_iter().filter(|found| known.iter().all(|row| row.base_url != found.base_url));
        Ok(new.map(FoundEndpoint::from).collect())
    }

    async fn try_endpoint(&self, row: &EndpointRow) -> Result<(String, u64)> {
        let key = self.key_off_thread(row).await?;
        let model = match own_model(row) {
            Some(model) => model,
            None => self.ask_for_models(row, key.clone()).await?.swap_remove(0).id,
        };
        let call = Call {
            protocol: row.protocol,
            base_url: row.url(),
            allow_http: row.allow_http,
            key,
            model,
            messages: vec![CallMessage { role: Role::User, text: HELLO.into() }],
            parameters: row.parameters.clone(),
            options: row.options.clone(),
            timeouts: self.0.timeouts.of(&row.options),
        };
        let started = Instant::now();
        let model = endpoint::test(&call).await?;
        Ok((model, started.elapsed().as_millis() as u64))
    }

    /// The models an endpoint has, at least one.
    async fn ask_for_models(&self, row: &EndpointRow, key: Option<SecretString>) -> Result<Vec<KnownModel>> {
        if row.is_practice() {
            return Ok(row.models.clone());
        }
        let url = row.url();
        let listed = endpoint::list_models(
            row.protocol,
            url.as_ref(),
            key.as_ref(),
            row.allow_http,
            &row.options,
            self.0.timeouts,
        )
        .await?;
        let models: Vec<_> = listed.into_iter().map(|(id, context_window)| KnownModel { id, context_window }).collect();
        if models.is_empty() {
            return Err(EndpointError::Empty(None).into());
        }
        if models != row.models && !self.store().is_read_only() {
            self.store().write(|tx| -> std::result::Result<_, StoreError> {
                // It may have been changed or removed while it was asked.
                match find(tx, row.id.as_str())? {
                    Some(now) if now.base_url == row.base_url => {
                        update(tx, &EndpointRow { models: models.clone(), ..now })
                    }
                    _ => Ok(()),
                }
            })?;
        }
        Ok(models)
    }

    async fn key_off_thread(&self, row: &EndpointRow) -> Result<Option<SecretString>> {
        let (skein, row) = (self.clone(), row.clone());
        let asked = tokio::task::spawn_blocking(move || skein.key_for(&row)).await;
        asked.map_err(|_| crate::keychain::KeychainError::Silent)?
    }
}

fn model_wire(row: &EndpointRow, known: KnownModel) -> Model {
    Model { id: known.id, object: "model".into(), endpoint: row.name.clone(), context_window: known.context_window }
}

impl From<endpoint::Found> for FoundEndpoint {
    fn from(found: endpoint::Found) -> Self {
        let model =
            |(id, context_window)| Model { id, object: "model".into(), endpoint: found.name.clone(), context_window };
        Self {
            models: found.models.into_iter().map(model).collect(),
            name: found.name.clone(),
            protocol: Protocol::OpenaiChat,
            base_url: found.base_url,
        }
    }
}
