//! The local API inside the window's process: started and stopped as the settings say. What is
//! asked for through it shows up in the window as it happens, because the window's sink hears it.

use std::sync::Arc;

use secrecy::SecretString;
use skein_api::{ServeOptions, Server, StartError};
use skein_core::wire::{ApiSettings, ApiState, ApiStatus, JsonObject, KeyState};
use skein_core::{Result, Skein, TokenKept};
use tokio::sync::Mutex;
use tokio::task::block_in_place;

use crate::sink::WindowSink;

/// The API, whether it runs or not.
pub struct Api {
    skein: Skein,
    sink: Arc<WindowSink>,
    now: Mutex<Standing>,
}

/// The server that runs, and what the settings show.
struct Standing {
    server: Option<Server>,
    state: ApiState,
}

const OFF: ApiState = ApiState { status: ApiStatus::Off, address: None, token: None };

impl Api {
    /// The API of a store, not started yet.
    pub fn new(skein: Skein, sink: Arc<WindowSink>) -> Self {
        Self { skein, sink, now: Mutex::new(Standing { server: None, state: OFF }) }
    }

    /// How it stands.
    pub async fn state(&self) -> ApiState {
        self.now.lock().await.state.clone()
    }

    /// Starts it anew if it is switched on, and stops it if not.
    ///
    /// # Errors
    /// `storage_error`; it is off then.
    pub async fn apply(&self) -> Result<ApiState> {
        let mut now = self.now.lock().await;
        now.state = OFF;
        if let Some(server) = now.server.take() {
            server.stop().await;
        }
        let settings = block_in_place(|| self.skein.settings())?.api;
        if settings.enabled {
            let access = block_in_place(|| self.skein.api_token())?;
            let token = Some(kept(access.kept));
            let options = ServeOptions { port: settings.port, token: access.token, watch: Some(self.sink.clone()) };
            let started = skein_api::start(self.skein.clone(), options).await;
            let status = match &started {
                Ok(_) => ApiStatus::Running,
                Err(StartError::PortTaken(_)) => ApiStatus::PortInUse,
                Err(StartError::Io(error)) => {
                    tracing::warn!(%error, "the local API did not start");
                    ApiStatus::Failed
                }
            };
            now.server = started.ok();
            let address = now.server.as_ref().map(|server| format!("http://{}/v1", server.address()));
            now.state = ApiState { status, address, token };
        }
        Ok(now.state.clone())
    }

    /// Switches it on or off, or gives it another port.
    ///
    /// # Errors
    /// `store_read_only`, `storage_full`, `storage_error`; it goes on as before then.
    pub async fn change(&self, api: ApiSettings) -> Result<ApiState> {
        let patch = JsonObject::from_iter([("api".to_owned(), serde_json::json!(api))]);
        block_in_place(|| self.skein.patch_settings(patch))?;
        self.apply().await
    }

    /// The token, for Rust's own eyes.
    ///
    /// # Errors
    /// `storage_error`.
    pub fn token(&self) -> Result<SecretString> {
        Ok(block_in_place(|| self.skein.api_token())?.token)
    }

    /// Makes a new token. The one before opens nothing any more.
    ///
    /// # Errors
    /// `storage_error`.
    pub async fn renew_token(&self) -> Result<ApiState> {
        block_in_place(|| self.skein.renew_api_token())?;
        self.apply().await
    }

    /// Lets running calls end, and takes no more.
    pub async fn stop(&self) {
        let server = self.now.lock().await.server.take();
        if let Some(server) = server {
            server.stop().await;
        }
    }
}

const fn kept(kept: TokenKept) -> KeyState {
    match kept {
        TokenKept::Keychain => KeyState::Keychain,
        TokenKept::ThisRun => KeyState::ThisRun,
        TokenKept::WhileLocked => KeyState::Unknown,
        TokenKept::Environment => KeyState::Environment,
    }
}
