//! What a test does with the page: it finds things by role and name, as a person with a screen
//! reader would, and waits for what it expects to see.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use fantoccini::Client;
use fantoccini::elements::Element;
use serde_json::{Value, json};

use crate::harness::DEADLINE;

/// Finds by role and name: exactly, or else by a part of the name.
const FIND: &str = include_str!("find.js");

/// The text of the page, without what is only said aloud.
const SHOWN: &str =
    "document.body.innerText.replace(document.querySelector('[aria-live=polite].unseen')?.innerText || '\\0', '')";

/// The page of a window.
pub struct Page(pub Client);

impl Page {
    /// Runs a script and gives what it returns.
    pub async fn js(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.0.execute(script, arguments).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Runs an asynchronous script and gives what it returns.
    pub async fn js_async(&self, script: &str, arguments: Vec<Value>) -> Value {
        let script = format!(
            "const done = arguments[arguments.length - 1]; (async (...arguments_) => {{ {script} }})(...arguments)\
             .then(done, error => done('failed: ' + error))"
        );
        self.0.execute_async(&script, arguments).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Calls a command of the program, past everything that the page would do first.
    pub async fn invoke(&self, command: &str, arguments: Value) -> Result<Value, Value> {
        let script = "return await window.__TAURI_INTERNALS__.invoke(arguments_[0], arguments_[1])\
                      .then(value => ({value}), error => ({error}))";
        let answer = self.js_async(script, vec![command.into(), arguments]).await;
        match answer.get("error") {
            Some(error) => Err(error.clone()),
            None => Ok(answer.get("value").cloned().unwrap_or_default()),
        }
    }

    /// Waits until a script returns something true, and gives it.
    pub async fn until(&self, what: &str, script: &str, arguments: Vec<Value>) -> Value {
        let start = Instant::now();
        loop {
            let value = self.0.execute(script, arguments.clone()).await.unwrap_or_default();
            if !matches!(value, Value::Null | Value::Bool(false)) {
                return value;
            }
            let late = start.elapsed() > DEADLINE;
            assert!(!late, "waited in vain until {what}; the page says:\n{}", self.text().await);
            tokio::time::sleep(std::time::Duration::from_millis(15)).await;
        }
    }

    /// Waits until the program has shown its page and it can be used.
    pub async fn usable(&self) {
        let usable = "return performance.getEntriesByName('usable').length > 0";
        self.until("the page can be used", usable, vec![]).await;
    }

    /// All text that the page shows.
    pub async fn text(&self) -> String {
        self.js(&format!("return {SHOWN}"), vec![]).await.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the page shows a text.
    pub async fn see(&self, text: &str) {
        let script = format!("return ({SHOWN}).includes(arguments[0])");
        self.until(&format!("{text:?} is shown"), &script, vec![text.into()]).await;
    }

    /// Waits until the page no longer shows a text.
    pub async fn see_gone(&self, text: &str) {
        let script = format!("return !({SHOWN}).includes(arguments[0])");
        self.until(&format!("{text:?} is gone"), &script, vec![text.into()]).await;
    }

    /// Waits for something with a role and a name.
    pub async fn find(&self, role: &str, name: &str) -> Element {
        let script = format!("{FIND}; return find(arguments[0], arguments[1])[0]");
        let found = self.until(&format!("there is a {role} {name:?}"), &script, vec![role.into(), name.into()]).await;
        let id = found.as_object().and_then(|object| object.values().next()).and_then(Value::as_str);
        Element::from_element_id(self.0.clone(), id.expect("an element").to_owned().into())
    }

    /// Waits until nothing has this role and name.
    pub async fn find_gone(&self, role: &str, name: &str) {
        let script = format!("{FIND}; return find(arguments[0], arguments[1]).length === 0");
        self.until(&format!("there is no {role} {name:?}"), &script, vec![role.into(), name.into()]).await;
    }

    /// Clicks, with the pointer, once it has stopped moving.
    pub async fn click(&self, role: &str, name: &str) {
        let start = Instant::now();
        loop {
            let found = self.find(role, name).await;
            // What never stops, as below a reply that grows, is clicked where it is.
            let still = "const [it] = arguments_; const place = () => JSON.stringify(it.getBoundingClientRect()); \
                 for (let looks = 0, seen; looks < 30 && it.isConnected && seen !== place(); looks++) { \
                   seen = place(); await new Promise(next => requestAnimationFrame(() => requestAnimationFrame(next))) }";
            self.js_async(still, vec![serde_json::to_value(&found).expect("an element")]).await;
            // What is found may be painted anew before it is clicked: then it is found again.
            match found.click().await {
                Ok(()) => return,
                Err(error) if start.elapsed() < DEADLINE => drop(error),
                Err(error) => {
                    let script = format!(
                        "{FIND}; const it = find(arguments[0], arguments[1])[0]; const box = it?.getBoundingClientRect(); \
                         return box && [box, document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)?.outerHTML]"
                    );
                    let there = self.js(&script, vec![role.into(), name.into()]).await;
                    panic!("cannot click the {role} {name:?}: {error:?}; what is there: {there}");
                }
            }
        }
    }

    /// Puts text into a field, in place of what is there.
    pub async fn fill(&self, role: &str, name: &str, text: &str) {
        let field = self.find(role, name).await;
        field.clear().await.unwrap_or_else(|error| panic!("cannot clear {name:?}: {error}"));
        field.send_keys(text).await.unwrap_or_else(|error| panic!("cannot type into {name:?}: {error}"));
    }

    /// Types over what is in a field, and leaves it with Tab.
    pub async fn type_over(&self, role: &str, name: &str, text: &str) {
        let field = self.find(role, name).await;
        let whole = serde_json::to_value(&field).expect("an element");
        self.js("arguments[0].focus(); arguments[0].select()", vec![whole]).await;
        let keys = format!("{text}\u{e004}");
        field.send_keys(&keys).await.unwrap_or_else(|error| panic!("cannot type into {name:?}: {error}"));
    }

    /// Gives the window's page a size.
    pub async fn resize(&self, width: u32, height: u32) {
        self.0.set_window_size(width, height).await.expect("the window takes its size");
        let script = "return Math.abs(innerWidth - arguments[0]) < 2 && Math.abs(innerHeight - arguments[1]) < 2";
        self.until("the window has its size", script, vec![width.into(), height.into()]).await;
    }

    /// Waits until what changed is painted.
    pub async fn painted(&self) {
        let script = "await document.fonts.ready; await new Promise(next => requestAnimationFrame(() => requestAnimationFrame(next)))";
        self.js_async(script, vec![]).await;
    }

    /// Keeps a picture of the window, if `SKEIN_PICTURES` names a folder for them.
    pub async fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("SKEIN_PICTURES").map(PathBuf::from) else { return };
        fs::create_dir_all(&folder).expect("a folder for pictures");
        self.painted().await;
        // The first may still be of the frame before.
        self.0.screenshot().await.expect("a picture");
        self.painted().await;
        let picture = self.0.screenshot().await.expect("a picture");
        fs::write(folder.join(format!("{name}.png")), picture).expect("the picture is kept");
    }

    /// What axe finds wrong on the page as it is, one line each.
    pub async fn accessibility_faults(&self) -> Vec<String> {
        self.js(&axe(), vec![]).await;
        self.painted().await;
        // A colour on its way to another is neither.
        let still = "const ends = document.getAnimations().filter(each => each.effect.getComputedTiming().endTime !== Infinity); \
             await Promise.allSettled(ends.map(each => each.finished))";
        self.js_async(still, vec![]).await;
        let script = "const found = await axe.run(document, {resultTypes: ['violations'], rules: {'target-size': {enabled: true}}}); \
             return found.violations.flatMap(rule => rule.nodes.map(node => \
               `${rule.id}: ${node.target.join(' ')}: ${node.any.concat(node.all, node.none).map(c => c.message).join('; ')}`))";
        match self.js_async(script, vec![]).await {
            Value::Array(faults) => faults.iter().map(|fault| fault.as_str().unwrap_or_default().to_owned()).collect(),
            other => vec![other.to_string()],
        }
    }

    /// Sends a message from the composer, and waits until it stands in the thread.
    pub async fn send(&self, text: &str) {
        self.fill("textbox", "Write a message", text).await;
        self.click("button", "Send").await;
        let script =
            "return [...document.querySelectorAll('[data-role=user]')].some(m => m.innerText.includes(arguments[0]))";
        self.until(&format!("{text:?} stands in the thread"), script, vec![text.into()]).await;
    }

    /// Waits until no reply is running.
    pub async fn quiet(&self) {
        self.find("button", "Send").await;
        self.until("no reply is running", "return !document.querySelector('.streaming')", vec![]).await;
    }

    /// Opens a thread from the list.
    pub async fn open_thread(&self, title: &str) {
        self.click("button", title).await;
        self.find("heading", title).await;
    }

    /// Opens a thread from the drawer of a narrow window.
    pub async fn open_thread_narrow(&self, title: &str) {
        self.click("button", "Show threads").await;
        self.open_thread(title).await;
    }

    /// The id of the thread that was written to last.
    pub async fn newest_thread(&self) -> String {
        let rows = json!({"listing": {}, "offset": 0, "limit": 1});
        let page = self.invoke("sidebar", rows).await.expect("a sidebar");
        page["rows"][0]["id"].as_str().expect("a thread").to_owned()
    }

    /// What stands in the last message of a role.
    pub async fn last_text(&self, role: &str) -> String {
        let script =
            "return [...document.querySelectorAll(`[data-role=${arguments[0]}] .text`)].at(-1)?.innerText ?? ''";
        self.js(script, vec![role.into()]).await.as_str().unwrap_or_default().to_owned()
    }
}

/// The source of axe, from the packages of the page's own tests.
fn axe() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/ui/node_modules/axe-core/axe.min.js");
    let source = fs::read_to_string(path).expect("axe-core; run npm --prefix ui ci");
    format!("if (!window.axe) {{ {source} }}")
}
