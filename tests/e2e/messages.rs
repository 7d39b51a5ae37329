//! Messages: what Markdown looks like, what can be done with one, and reading long threads.

use serde_json::json;
use skein_support::model_server::{ModelServer, Reply};

use crate::harness::Desk;
use crate::page::Page;
use crate::stock;

const ALL: &str = "# A heading\n\nWords with **weight**, *stress*, ~~strike~~, `code`, a [link](https://example.com) and a note[^1].\n\n\
    ## Lists\n\n- one\n  - two\n    1. three\n    2. four\n- [x] done\n- [ ] to do\n\n\
    ## A table\n\n| Part | State | Cost |\n|:--|:-:|--:|\n| Agreement | missing | $5 |\n| Study | here | $1,250 |\n\n\
    ## Mathematics\n\nMoney: $5 and $10. A formula: $E = mc^2$, and on its own:\n\n\
    $$\\frac{1}{\\sqrt{2\\pi}} \\int_0^\\infty e^{-x^2/2}\\,dx = \\frac{1}{2}$$\n\n\
    \\[ A = \\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}, \\quad \\sum_{i=1}^{n} i = \\frac{n(n+1)}{2} \\]\n\n\
    ## Code\n\n```rust\nfn main() {\n    let words = \"a line that is much too long for its block and has to scroll or wrap, as whoever reads it likes best, here and now\";\n    println!(\"{words}\"); // done\n}\n```\n\n\
    > Someone said this.\n\n---\n\n![chart](https://example.com/chart.png)\n\n[^1]: At the end.";

const LEFTWARDS: &str = "## שלום עולם\n\nזה טקסט בעברית עם `let x = 1;` באמצע ועם English בתוכו.\n\n- ראשון\n- שני\n  - פנימי\n- [x] בוצע\n\n\
    1. אחד\n2. שניים\n\n> ציטוט שמתחיל מימין\n\n| שם | מחיר |\n|---|---|\n| מים | 5 |\n\n```python\nprint(\"left to right\")\n```\n\n\
    مرحبا بالعالم، هذا نص عربي $x^2$ مع معادلة.\n\nAnd English again, from the left.";

/// Puts one text on the page as the answer to a question.
async fn answered(desk: &Desk, server: &ModelServer, text: &str) -> crate::harness::Window {
    stock::answer_with(desk, server);
    server.queue(Reply::text(text));
    let window = desk.open().await;
    window.page.send("Show me").await;
    window.page.quiet().await;
    window
}

async fn look(page: &Page, name: &str) {
    for theme in ["light", "dark"] {
        page.js("document.documentElement.dataset.theme = arguments[0]", vec![theme.into()]).await;
        page.picture(&format!("{name}-{theme}")).await;
        assert_eq!(page.accessibility_faults().await, Vec::<String>::new(), "{name}, {theme}");
    }
}

#[tokio::test]
async fn everything_that_markdown_has_is_laid_out_and_stays_in_its_column() {
    let desk = Desk::new();
    let server = ModelServer::start();
    let window = answered(&desk, &server, ALL).await;
    let page = &window.page;
    page.see("At the end.").await;
    let formulas = "return [...document.querySelectorAll('.text math')].map(f => f.getBoundingClientRect()).filter(b => b.width > 5 && b.height > 5).length";
    assert_eq!(page.js(formulas, vec![]).await, json!(3), "formulas are laid out");
    page.see("$5 and $10").await;
    page.js("document.querySelector('[data-role=assistant] .text').scrollIntoView()", vec![]).await;
    look(page, "markdown").await;
    page.js("document.querySelector('.text pre').scrollIntoView({block: 'center'})", vec![]).await;
    let overflows = "const code = document.querySelector('.text pre code'); return code.scrollWidth > code.clientWidth";
    assert_eq!(page.js(overflows, vec![]).await, json!(true), "a long line scrolls in its block");
    page.click("button", "Wrap long lines").await;
    assert_eq!(page.js(overflows, vec![]).await, json!(false), "and wraps when told to");
    page.resize(420, 800).await;
    page.find("button", "Show threads").await;
    let wide = "return document.querySelector('[data-testid=messages]').scrollWidth <= document.querySelector('[data-testid=messages]').clientWidth";
    page.until("nothing hangs out of a narrow window", wide, vec![]).await;
    page.js("document.querySelector('.text .table').scrollIntoView()", vec![]).await;
    look(page, "markdown-narrow").await;
}

#[tokio::test]
async fn text_from_right_to_left_runs_so_with_its_lists_and_its_code_does_not() {
    let desk = Desk::new();
    let server = ModelServer::start();
    let window = answered(&desk, &server, LEFTWARDS).await;
    let page = &window.page;
    page.see("And English again").await;
    let ways = "const way = sel => getComputedStyle(document.querySelector('[data-role=assistant] .text > .html > :is(' + sel + ')') ?? document.querySelector('[data-role=assistant] .text ' + sel)).direction; \
        return ['h3, h4', 'p', 'ul', 'ol', 'li', 'blockquote', 'table', 'pre', 'pre code', 'p:last-of-type'].map(way)";
    let expected = ["rtl", "rtl", "rtl", "rtl", "rtl", "rtl", "rtl", "ltr", "ltr", "ltr"];
    assert_eq!(page.js(ways, vec![]).await, json!(expected));
    let column = "const text = document.querySelector('[data-role=assistant] .text').getBoundingClientRect(); \
        const items = [...document.querySelectorAll('[data-role=assistant] .text li:not(.task)')].map(li => li.getBoundingClientRect()); \
        return items.every(item => item.right < text.right - 8)";
    assert_eq!(page.js(column, vec![]).await, json!(true), "there is room for the marks on the right");
    page.js("document.querySelector('[data-role=assistant] .text').scrollIntoView()", vec![]).await;
    look(page, "leftwards").await;
}

fn long(name: &str) -> String {
    let lines: Vec<String> = (1..=240).map(|n| format!("{name} line {n}\n\n")).collect();
    lines.concat()
}

#[tokio::test]
async fn a_long_message_is_folded_until_it_is_opened_or_something_in_it_is_sought() {
    let desk = Desk::new();
    stock::thread(&desk, "long", None, &[&long("harbour"), "And then?"]).await;
    stock::core(&desk).rename_thread("long", "A long text").unwrap();
    let window = desk.open().await;
    let page = &window.page;
    page.open_thread("A long text").await;
    page.js("document.querySelector('[data-testid=messages]').scrollTop = 0", vec![]).await;
    page.see("harbour line 12").await;
    page.find("button", "Show all 479 lines").await;
    assert!(!page.text().await.contains("harbour line 200"));
    look(page, "folded").await;
    page.click("button", "Show all 479 lines").await;
    page.see("harbour line 240").await;
    page.click("button", "Show less").await;
    page.see_gone("harbour line 240").await;

    page.fill("searchbox", "Search everything", "harbour role:user\u{e007}").await;
    page.click("button", "harbour line").await;
    page.see("harbour line 240").await;
}

#[tokio::test]
async fn a_selection_over_many_messages_is_copied_with_who_said_what() {
    let desk = Desk::new();
    let questions: Vec<String> = (1..=60).map(|n| format!("Question number {n}")).collect();
    let questions: Vec<&str> = questions.iter().map(String::as_str).collect();
    stock::thread(&desk, "many", None, &questions).await;
    let window = desk.open().await;
    let page = &window.page;
    page.open_thread("Question number 1").await;
    page.js("document.querySelector('[data-testid=messages]').scrollTop = 0", vec![]).await;
    page.until("the first is drawn", "return document.querySelector('[data-position=\"1\"] .text p')", vec![]).await;
    let begin = "getSelection().setBaseAndExtent(document.querySelector('[data-position=\"1\"] .text p').firstChild, 0, \
        document.querySelector('[data-position=\"3\"] .text p').firstChild, 8)";
    page.js(begin, vec![]).await;
    let on = "const box = document.querySelector('[data-testid=messages]'); box.scrollTop += box.clientHeight; \
        const far = document.querySelector('[data-position=\"41\"] .text p'); \
        if (far) getSelection().extend(far.firstChild, 18); return far !== null";
    page.until("the reader has gone on", on, vec![]).await;
    page.painted().await;
    let copied = "const data = new DataTransfer(); \
        document.querySelector('[data-testid=messages]').dispatchEvent(new ClipboardEvent('copy', {clipboardData: data, bubbles: true, cancelable: true})); \
        return data.getData('text/plain')";
    let copied = page.js(copied, vec![]).await;
    let copied = copied.as_str().unwrap();
    assert!(copied.starts_with("You, "), "{copied}");
    for n in 1..=21 {
        assert!(copied.contains(&format!("Question number {n}")), "{n}: {copied}");
    }
    assert!(!copied.contains("Question number 22") && !copied.contains("Retry"), "{copied}");
    assert!(copied.contains("\n\n\npractice, "), "{copied}");
}

#[tokio::test]
async fn everything_a_message_can_do_is_in_its_menu_and_at_hand_by_keyboard() {
    let desk = Desk::new();
    let server = ModelServer::start();
    let window = answered(&desk, &server, "The depot is in **Basel**.\n\nIt opens at eight.").await;
    let page = &window.page;
    page.js("document.querySelector('[data-role=assistant]').focus()", vec![]).await;
    page.js("document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, cancelable: true}))", vec![]).await;
    page.find("menuitem", "Copy as Markdown").await;
    look(page, "message-menu").await;
    page.click("menuitem", "Quote").await;
    let quoted = "return document.querySelector('#composer').value";
    page.until("the message is quoted", "return document.querySelector('#composer').value !== ''", vec![]).await;
    assert_eq!(page.js(quoted, vec![]).await, "> The depot is in **Basel**.\n>\n> It opens at eight.\n\n");

    server.queue(Reply::text("The depot is in **Muttenz**.\n\nIt opens at eight."));
    page.click("button", "Retry").await;
    page.see("Muttenz").await;
    page.quiet().await;
    page.js("document.querySelector('[data-role=assistant] .more').click()", vec![]).await;
    page.click("menuitem", "Compare versions…").await;
    page.find("dialog", "Compare versions").await;
    page.see("Basel").await;
    let marked = "return [...document.querySelectorAll('dialog mark')].map(mark => mark.textContent)";
    page.until("the difference is marked", "return document.querySelectorAll('dialog mark').length === 2", vec![])
        .await;
    assert_eq!(page.js(marked, vec![]).await, json!(["Basel", "Muttenz"]));
    look(page, "compare").await;
    page.resize(420, 800).await;
    look(page, "compare-narrow").await;
}

#[tokio::test]
async fn an_aside_goes_on_from_a_reply_and_is_kept_as_a_fork() {
    let desk = Desk::new();
    let server = ModelServer::start();
    let window = answered(&desk, &server, "The depot is in Basel.").await;
    let page = &window.page;
    page.js("document.querySelector('[data-role=assistant] .more').click()", vec![]).await;
    page.click("menuitem", "Ask aside…").await;
    page.find("heading", "Aside from “Show me”").await;
    page.see("What is said here does not become part of the thread").await;
    look(page, "aside").await;
    server.queue(Reply::text("By road it is three kilometres."));
    page.send("How far from the station?").await;
    page.see("three kilometres").await;
    page.quiet().await;
    let sent: Vec<String> = server.last_request().messages().into_iter().map(|(_, text)| text).collect();
    assert_eq!(sent, ["Show me", "The depot is in Basel.", "How far from the station?"]);
    page.click("button", "Back to “Show me”").await;
    page.find("button", "Lock").await;
    page.see_gone("three kilometres").await;
    page.click("button", "Undo").await;
    page.see("three kilometres").await;
    page.click("button", "Keep as thread").await;
    page.find_gone("button", "Keep as thread").await;
    page.find("button", "Lock").await;
    page.see("three kilometres").await;
    let id = page.newest_thread().await;
    window.close();
    let kept = stock::core(&desk).get_thread(&id).unwrap();
    assert!(kept.forked_from.is_some(), "{kept:?}");
    assert_eq!(kept.message_count, 4);
}

#[tokio::test]
async fn a_reader_goes_to_a_day_and_prints_all_of_a_thread() {
    let desk = Desk::new();
    for (days, question) in [(40, "Asked long ago"), (39, "Asked a day later"), (0, "Asked today")] {
        let skein = stock::core_before(&desk, days);
        let many: Vec<String> = (1..=15).map(|n| format!("{question}, part {n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        stock::ask(&skein, "days", None, &many).await;
    }
    stock::core(&desk).rename_thread("days", "Many days").unwrap();
    let window = desk.open().await;
    let page = &window.page;
    page.open_thread("Many days").await;
    page.see("Asked today, part 15").await;
    page.click("button", "More actions").await;
    page.click("menuitem", "Go to a date…").await;
    page.find("dialog", "Go to a date").await;
    page.until("there are three days", "return document.querySelectorAll('dialog li button').length === 3", vec![])
        .await;
    look(page, "days").await;
    page.js("document.querySelectorAll('dialog li button')[1].click()", vec![]).await;
    page.see("Asked a day later, part 1").await;
    page.see_gone("Asked today, part 15").await;

    // The system's own dialog cannot be driven here: what it would print is looked at.
    let paper =
        "dispatchEvent(new KeyboardEvent('keydown', {key: 'p', ctrlKey: true, bubbles: true, cancelable: true}))";
    page.js(paper, vec![]).await;
    page.until("the thread is laid out", "return document.querySelectorAll('.paper article').length === 90", vec![])
        .await;
    let shown = "for (const sheet of document.styleSheets) for (const rule of sheet.cssRules) \
        if (rule.media?.mediaText === 'print') rule.media.mediaText = 'screen'; \
        return [getComputedStyle(document.querySelector('.paper')).display, document.querySelector('.app').offsetHeight]";
    assert_eq!(page.js(shown, vec![]).await, json!(["block", 0]), "the paper has the thread and nothing else");
    let words = page.js("return document.querySelector('.paper').textContent", vec![]).await;
    for text in ["Many days", "Asked long ago, part 1", "Asked a day later, part 9", "Asked today, part 15"] {
        assert!(words.as_str().unwrap().contains(text), "{text}");
    }
    page.picture("paper").await;
}
