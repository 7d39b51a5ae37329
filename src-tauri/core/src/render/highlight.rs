//! Colours code: spans with a class each, so that the window's tokens say what colour that is.
//!
//! Classes: `k` keyword, `s` string, number or other constant, `c` comment, `f` function, `t`
//! type. Reading the grammars takes a fifth of a second once, and colouring runs at about half a
//! megabyte a second, so this is work for a thread of its own; what was coloured is kept.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

use super::escape;

/// Longest block that is coloured, in bytes.
pub const LONGEST: usize = 64 * 1024;
/// Longest line of it: grammars slow down on minified code.
const LONGEST_LINE: usize = 2_000;
/// After that long a block stays plain. Colour carries no meaning, so time may decide here.
const PATIENCE: Duration = Duration::from_secs(5);
/// What is kept, in bytes of code and of HTML.
const KEPT: usize = 8 * 1024 * 1024;

static GRAMMARS: LazyLock<SyntaxSet> = LazyLock::new(two_face::syntax::extra_newlines);
static COLOURED: LazyLock<Mutex<Coloured>> = LazyLock::new(Mutex::default);

/// The code as HTML with coloured spans: the inside of `<code>`. `None` when the language is not
/// known or the code is too long; then it is shown plain.
pub fn highlight(language: &str, code: &str) -> Option<Arc<str>> {
    if let Some(known) = known(language, code) {
        return Some(known);
    }
    let fits = code.len() <= LONGEST && code.lines().all(|line| line.len() <= LONGEST_LINE);
    let html: Arc<str> = colour(fits.then(|| grammar(language)).flatten()?, code)?.into();
    let mut coloured = COLOURED.lock().unwrap_or_else(PoisonError::into_inner);
    coloured.keep(language, code, Arc::clone(&html));
    Some(html)
}

/// What [`highlight`] found before, without working.
pub fn known(language: &str, code: &str) -> Option<Arc<str>> {
    if language.is_empty() || code.len() > LONGEST {
        return None;
    }
    let coloured = COLOURED.lock().unwrap_or_else(PoisonError::into_inner);
    coloured.blocks.get(code).filter(|block| &*block.0 == language).map(|block| Arc::clone(&block.1))
}

/// Coloured blocks by their code, the oldest first to go.
#[derive(Default)]
struct Coloured {
    blocks: HashMap<Arc<str>, (Box<str>, Arc<str>)>,
    order: VecDeque<Arc<str>>,
    size: usize,
}

impl Coloured {
    fn keep(&mut self, language: &str, code: &str, html: Arc<str>) {
        let key: Arc<str> = code.into();
        self.size += code.len() + html.len();
        if let Some((_, old)) = self.blocks.insert(Arc::clone(&key), (language.into(), html)) {
            self.size -= code.len() + old.len();
        } else {
            self.order.push_back(key);
        }
        while self.size > KEPT {
            let Some(oldest) = self.order.pop_front() else {
                return;
            };
            if let Some((_, html)) = self.blocks.remove(&oldest) {
                self.size -= oldest.len() + html.len();
            }
        }
    }
}

/// Names that people and models give to languages, where the grammars know only another.
const ALIASES: &[(&str, &str)] = &[
    ("c#", "cs"),
    ("console", "sh"),
    ("csharp", "cs"),
    ("elisp", "el"),
    ("f#", "fs"),
    ("fsharp", "fs"),
    ("golang", "go"),
    ("html5", "html"),
    ("javascriptreact", "tsx"),
    ("json5", "json"),
    ("jsonc", "json"),
    ("jsx", "tsx"),
    ("mjs", "js"),
    ("node", "js"),
    ("objc", "m"),
    ("objective-c", "m"),
    ("plpgsql", "sql"),
    ("postgresql", "sql"),
    ("python3", "py"),
    ("shell", "sh"),
    ("shell-session", "sh"),
    ("terraform", "tf"),
    ("typescriptreact", "tsx"),
    ("viml", "vim"),
];

fn grammar(language: &str) -> Option<&'static SyntaxReference> {
    let name = language.to_lowercase();
    if name.is_empty() || ["text", "txt", "plain", "plaintext", "output"].contains(&name.as_str()) {
        return None;
    }
    let alias = ALIASES.iter().find(|(alias, _)| *alias == name).map_or(name.as_str(), |(_, token)| token);
    GRAMMARS.find_syntax_by_token(alias)
}

fn colour(grammar: &SyntaxReference, code: &str) -> Option<String> {
    let started = Instant::now();
    let mut state = ParseState::new(grammar);
    let mut stack = ScopeStack::new();
    let mut classes = Classes::default();
    let mut out = Spans::default();
    let code = format!("{code}\n");
    for line in code.split_inclusive('\n') {
        if started.elapsed() > PATIENCE {
            return None;
        }
        let changes = state.parse_line(line, &GRAMMARS).ok()?;
        let mut done = 0;
        for (at, change) in changes {
            out.push(classes.of(&stack), &line[done..at]);
            stack.apply(&change).ok()?;
            done = at;
        }
        out.push(classes.of(&stack), &line[done..]);
    }
    Some(out.close())
}

/// HTML that grows, neighbours of one class in one span.
#[derive(Default)]
struct Spans {
    html: String,
    run: String,
    class: Option<&'static str>,
    signs: escape::Signs,
}

impl Spans {
    fn push(&mut self, class: Option<&'static str>, text: &str) {
        if class != self.class && !text.is_empty() {
            self.flush();
            self.class = class;
        }
        self.run.push_str(text);
    }

    fn flush(&mut self) {
        if let Some(class) = self.class {
            self.html.push_str("<span class=\"");
            self.html.push_str(class);
            self.html.push_str("\">");
        }
        escape::code(&mut self.html, &self.run, &mut self.signs);
        if self.class.is_some() {
            self.html.push_str("</span>");
        }
        self.run.clear();
    }

    fn close(mut self) -> String {
        self.run.pop();
        self.flush();
        self.html
    }
}

/// Which scope means which class; longer names come before shorter ones. An empty class ends the
/// search: what stands inside an interpolation is code again, not string.
const MEANINGS: &[(&str, &str)] = &[
    ("comment", "c"),
    ("meta.interpolation", ""),
    ("meta.template.expression", ""),
    ("source", ""),
    ("text", ""),
    ("string", "s"),
    ("constant.language", "k"),
    ("constant", "s"),
    ("keyword.operator.word", "k"),
    ("keyword.operator.logical.python", "k"),
    ("keyword.operator", ""),
    ("keyword", "k"),
    ("storage", "k"),
    ("variable.language", "k"),
    ("entity.name.function", "f"),
    ("support.function", "f"),
    ("variable.function", "f"),
    ("entity.name.tag", "k"),
    ("entity.other.attribute-name", "t"),
    ("entity.other.inherited-class", "t"),
    ("entity.name", "t"),
    ("support.type", "t"),
    ("support.class", "t"),
    ("support.constant", "s"),
    ("markup.heading", "k"),
    ("markup.inserted", "s"),
    ("markup.deleted", "k"),
    ("markup.raw", "s"),
];

/// Classes of scopes already looked up.
#[derive(Default)]
struct Classes {
    known: HashMap<Scope, Option<&'static str>>,
}

static MEANING_SCOPES: LazyLock<Vec<(Scope, &'static str)>> =
    LazyLock::new(|| MEANINGS.iter().filter_map(|(name, class)| Some((Scope::new(name).ok()?, *class))).collect());

impl Classes {
    /// The class of the innermost scope that has one.
    fn of(&mut self, stack: &ScopeStack) -> Option<&'static str> {
        let found = stack.as_slice().iter().rev().find_map(|scope| {
            *self.known.entry(*scope).or_insert_with(|| {
                MEANING_SCOPES.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope)).map(|(_, class)| *class)
            })
        });
        found.filter(|class| !class.is_empty())
    }
}
