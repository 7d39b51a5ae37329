//! Markdown, shown. Read once into one tree, with a writer each for HTML, plain text, the
//! terminal and the PDF program. What a model wrote is hostile until it has
//! passed here: nothing of its HTML, its addresses or its control characters comes through as such.
//!
//! # What the window may rely on
//! - Tags: `p h3 h4 h5 h6 blockquote ul ol li hr pre div code span table thead tbody tr th td em
//!   strong del a button label input br sup`. No `img`, no `style`, no `id`, no script, no event
//!   handler. Classes are the ones named here; none comes from the message.
//! - Links: `<a href title data-link rel="noopener noreferrer" dir="auto">` with `http`, `https` or
//!   `mailto` only. The window stops the click and asks first, naming the host. Any other address
//!   is text: `<span class="address">`.
//! - Pictures: `<button type="button" class="chip image" data-href title>` holding `span.alt` (if
//!   there is one) and `span.address`; opened like a link. Inside a link or a task, or with an
//!   address that may not be opened, a `<span class="chip image">` without `data-href`.
//! - Code: `<pre class="code" dir="ltr"><div class="head"><span class="lang">python</span><button
//!   type="button" class="wrap" data-wrap></button><button type="button" class="copy"
//!   data-copy></button></div><code tabindex="0" data-lang="python">`.
//!   `span.lang` and `data-lang` are absent without a language. The buttons are empty: the window gives
//!   them words and accessible names. What is copied is the `textContent` of the `code` beside them.
//!   Coloured code has `<span class="k|s|c|f|t">` (see [`highlight`](highlight())) in it.
//! - Shown as written: `<pre class="raw" dir="auto">` (raw HTML; a text or table too large to be
//!   laid out), to be styled `white-space: pre-wrap`.
//! - Tables: `<div class="table" tabindex="0"><table>`; cells may be `left`, `center`, `right`.
//! - Tasks: `<li class="task"><label><input type="checkbox" disabled [checked]> words</label>`.
//! - Headings: `<h3 class="h1">`: the class says how large it was written (`h1` to `h6`), the tag
//!   where it ranks. Ranks start at 3 and never skip one, so the window gives each message a heading of
//!   level 2 (it may be hidden visually).
//! - Footnotes: `<sup class="note" data-note="1"><button type="button" data-mark>1</button></sup>` and, at the end,
//!   `<ol class="notes"><li data-note="1">`, which ends with `<button type="button" class="back" data-back></button>`,
//!   empty like those of code; without ids, so that messages cannot clash. A mark within a link or a task, and all on
//!   paper, is its number alone. One that nothing refers to stays in its place as `<div class="note"><span
//!   class="label">`.
//! - Mathematics: `<span class="math" data-source="$x$">` in a line, `<div class="math" tabindex="0"
//!   data-source>` on its own, with `MathML` in it (see `mathml`). What is not understood
//!   is its source: `<code class="math">`, `<div class="math"><code>` (`white-space: pre-wrap`).
//! - `<span class="run">` holds a run of a line, or of code, of more than 16 KiB: a block, laid out when it comes into
//!   view. None is on paper, nor where code has colours.
//! - `<span class="control" data-code="U+202E"></span>` stands for a character that would have turned
//!   the text around it (`U+202E × 3` for three of them); show `data-code` with CSS. Beyond a thousand
//!   in a message, the words `⟨U+202E⟩` do; on paper none.
//! - Every block has `dir="auto"` (a very long one its direction), and what holds blocks has `dir="rtl"` where the first of them runs so; the end of a line is `<br>`, since people and models mean it.
//!
//! # Speed
//! [`html`](html()) colours no code that was not coloured before, so it stays under a millisecond for
//! the usual message and may be called while a thread opens. [`html_highlighted`] and
//! [`highlight`](highlight()) do the colouring and belong on a thread where they keep nobody waiting;
//! afterwards [`html`](html()) has the colours too. Rendered messages are not kept here.

mod address;
mod beginning;
mod compare;
mod direction;
mod escape;
mod highlight;
mod html;
mod math;
mod mathml;
mod parse;
mod pdf;
mod plain;
mod runs;
mod stream;
mod terminal;
mod tree;

pub use address::openable;
pub use beginning::{Beginning, beginning};
pub use compare::compare;
pub use pdf::Pages;
pub use stream::{Step, Stream};
pub use terminal::terminal;

/// A finished message as safe HTML, quickly: code has colours only if they are known already.
pub fn html(markdown: &str) -> String {
    html::document(&parse::read(markdown), html::Colours::Known)
}

/// A finished message as safe HTML with its code coloured. Slow: not while somebody waits.
pub fn html_highlighted(markdown: &str) -> String {
    html::document(&parse::read(markdown), html::Colours::Made)
}

/// A finished message as safe HTML for a transcript: without colours and without anything to press, so
/// that the same message always gives the same bytes.
pub fn html_on_paper(markdown: &str) -> String {
    html::document(&parse::read(markdown), html::Colours::Paper)
}

/// Plain text as safe HTML.
pub fn escaped(plain: &str) -> String {
    let mut out = String::with_capacity(plain.len());
    escape::text(&mut out, plain, &mut escape::Signs::all());
    out
}

/// The inside of a `code` element, coloured, for a language as the fence named it. `None`: show the code
/// plain. Slow at first, up to 200 ms for 64 KiB, then remembered.
pub fn highlight(language: &str, code: &str) -> Option<String> {
    highlight::highlight(language, code).map(|html| html.as_ref().to_owned())
}

/// The words of a message without its marks.
pub fn plain(markdown: &str) -> String {
    plain::document(&parse::read(markdown))
}

/// A finished message as the PDF program takes it.
pub fn pages(markdown: &str) -> Pages {
    pdf::document(&parse::read(markdown))
}
