//! An empty window: what any program like this one pays before it does anything,
//! with the settings of this one.

use tauri::http::Response;
use tauri::{WebviewUrl, WebviewWindowBuilder};

const PAGE: &str =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Empty</title><body><p>Empty</p></body></html>";

pub fn show() {
    skein_window::spare_web_view();
    tauri::Builder::default()
        .register_uri_scheme_protocol("empty", |_, _| {
            let mut answer = Response::new(PAGE.as_bytes().to_vec());
            answer.headers_mut().insert("content-type", "text/html; charset=utf-8".parse().unwrap());
            answer
        })
        .setup(|app| {
            let address = WebviewUrl::CustomProtocol("empty://localhost/".parse()?);
            WebviewWindowBuilder::new(app, "empty", address).inner_size(1280.0, 800.0).build()?;
            Ok(())
        })
        .run(skein_window::context())
        .unwrap();
}
