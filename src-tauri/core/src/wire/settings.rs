//! Settings of this store, and what the program knows about itself.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Retention, SidebarSort};

/// Light, dark, or as the system says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// How much room there is between things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Density {
    /// Room to breathe.
    #[default]
    Comfortable,
    /// More at a glance.
    Compact,
}

/// How the window looks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Appearance {
    /// Light, dark, or as the system says.
    pub theme: Theme,
    /// Per cent of the usual text size, 80 to 200.
    pub text_size: u16,
    /// How much room there is between things.
    pub density: Density,
    /// `en`, `de`, or `null` for the system's.
    pub language: Option<String>,
}

impl Default for Appearance {
    fn default() -> Self {
        Self { theme: Theme::System, text_size: 100, density: Density::Comfortable, language: None }
    }
}

/// The panes beside the thread. Widths are in pixels at the usual text size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Panes {
    /// Whether the list of threads is open.
    pub sidebar_open: bool,
    /// How wide the list of threads is.
    pub sidebar_width: u16,
    /// How wide the inspector is.
    pub inspector_width: u16,
}

impl Default for Panes {
    fn default() -> Self {
        Self { sidebar_open: true, sidebar_width: 268, inspector_width: 296 }
    }
}

/// The local API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct ApiSettings {
    /// Whether the window offers it.
    pub enabled: bool,
    /// Its port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
}

impl Default for ApiSettings {
    fn default() -> Self {
        Self { enabled: false, port: 8417 }
    }
}

/// Everything a person can set about this store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// How the window looks.
    pub appearance: Appearance,
    /// The metadata key that the sidebar groups by; `null` for none.
    pub group_by: Option<String>,
    /// What the sidebar orders by within a group.
    pub sort: SidebarSort,
    /// The groups that are folded up, as the window names them.
    pub folded: Vec<String>,
    /// Whether Enter sends (and Shift+Enter breaks the line), or the other way round.
    pub enter_sends: bool,
    /// Whether the inspector is open.
    pub inspector_open: bool,
    /// The panes beside the thread.
    pub panes: Panes,
    /// Whether the system tells of a reply that ended while the window was away.
    pub notify: bool,
    /// The commands that were used last in the palette, the newest first.
    pub recent_commands: Vec<String>,
    /// What becomes of threads that nobody uses any more.
    pub retention: Retention,
    /// The local API.
    pub api: ApiSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            appearance: Appearance::default(),
            group_by: Some("client".into()),
            sort: SidebarSort::default(),
            folded: Vec::new(),
            enter_sends: true,
            inspector_open: true,
            panes: Panes::default(),
            notify: true,
            recent_commands: Vec::new(),
            retention: Retention::default(),
            api: ApiSettings::default(),
        }
    }
}

/// Whether keys can be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum KeychainState {
    /// It answers.
    Ready,
    /// There is none on this machine.
    Missing,
    /// It is there, but locked.
    Locked,
    /// It did not answer in time.
    Silent,
}

/// What the program knows about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct About {
    /// The program's version.
    pub version: String,
    /// Where the store is.
    pub data_dir: String,
    /// Whether keys can be kept.
    pub keychain: KeychainState,
    /// Whether the store can only be read.
    pub read_only: bool,
    /// Whether PDFs can be made.
    pub pdf: bool,
}
