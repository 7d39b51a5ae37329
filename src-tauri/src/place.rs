//! Where the window was and how large, from one run to the next. It is kept beside the store,
//! in `window.json`, and forgotten without a word when it makes no sense any more.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tauri::{App, WebviewWindow};

/// The smallest window that can be used.
pub const SMALLEST: (f64, f64) = (360.0, 480.0);

/// A window's size and place, in logical pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Place {
    pub width: f64,
    pub height: f64,
    /// Where it stands; absent lets the system choose.
    pub corner: Option<(f64, f64)>,
    pub maximized: bool,
}

impl Default for Place {
    fn default() -> Self {
        Self { width: 1280.0, height: 800.0, corner: None, maximized: false }
    }
}

impl Place {
    /// The place that was kept, as far as it fits the screens there are now.
    pub fn load(app: &App, dir: &Path) -> Self {
        let kept = fs::read(file(dir)).ok().and_then(|bytes| serde_json::from_slice::<Self>(&bytes).ok());
        let screens = app.available_monitors().unwrap_or_default();
        let screens = screens.iter().map(|screen| {
            let scale = screen.scale_factor();
            let (corner, size) = (screen.position().to_logical(scale), screen.size().to_logical(scale));
            Screen { x: corner.x, y: corner.y, width: size.width, height: size.height }
        });
        kept.map_or_else(Self::default, |place| place.fitted(&screens.collect::<Vec<_>>()))
    }

    /// Keeps where the window is now. Not being able to is no reason to trouble anybody.
    pub fn save(window: &WebviewWindow, dir: &Path) {
        if let Some(bytes) = Self::of(window, dir).and_then(|place| serde_json::to_vec(&place).ok()) {
            let _ = fs::write(file(dir), bytes);
        }
    }

    fn of(window: &WebviewWindow, dir: &Path) -> Option<Self> {
        if window.is_maximized().ok()? {
            // The size to go back to is the one before.
            let before = fs::read(file(dir)).ok().and_then(|bytes| serde_json::from_slice::<Self>(&bytes).ok());
            return Some(Self { maximized: true, ..before.unwrap_or_default() });
        }
        let scale = window.scale_factor().ok()?;
        let size = window.inner_size().ok()?.to_logical::<f64>(scale);
        let corner = window.outer_position().ok().map(|corner| corner.to_logical::<f64>(scale));
        let corner = corner.map(|corner| (corner.x, corner.y));
        Some(Self { width: size.width, height: size.height, corner, maximized: false })
    }

    /// The same, with a size that can be used and a corner that can be seen.
    fn fitted(self, screens: &[Screen]) -> Self {
        let corner = self.corner.filter(|corner| screens.iter().any(|screen| screen.shows(*corner)));
        let (width, height) = (self.width.max(SMALLEST.0), self.height.max(SMALLEST.1));
        Self { width, height, corner, ..self }
    }
}

struct Screen {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
}

impl Screen {
    /// Whether enough of a window with this corner would be seen to take hold of it.
    fn shows(&self, (x, y): (f64, f64)) -> bool {
        let room = 80.0;
        (self.x..=self.x + self.width - room).contains(&x) && (self.y..=self.y + self.height - room).contains(&y)
    }
}

fn file(dir: &Path) -> PathBuf {
    dir.join("window.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCREEN: Screen = Screen { x: 0.0, y: 0.0, width: 1920.0, height: 1080.0 };

    #[test]
    fn a_place_on_a_screen_that_is_gone_is_not_used() {
        let place = Place { corner: Some((2500.0, 100.0)), ..Place::default() };
        assert_eq!(place.fitted(&[SCREEN]).corner, None);
        let place = Place { corner: Some((100.0, 100.0)), ..Place::default() };
        assert_eq!(place.fitted(&[SCREEN]).corner, place.corner);
    }

    #[test]
    fn a_window_is_never_too_small_to_use() {
        let place = Place { width: 3.0, height: -5.0, ..Place::default() }.fitted(&[SCREEN]);
        assert_eq!((place.width, place.height), SMALLEST);
    }
}
