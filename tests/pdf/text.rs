//! What Markdown can say, as it comes out.

use serde_json::{Value, json};

use super::{Printed, message, paragraph, part, print};

fn set(body: Value) -> Printed {
    print(&part(vec![message(1, body)]))
}

#[test]
fn everything_a_message_can_hold_is_there() {
    let words = set(json!([
        { "k": "h", "level": 1, "c": ["A heading"] },
        { "k": "p", "c": ["plain ", { "k": "strong", "c": ["strong"] }, " ", { "k": "em", "c": ["stressed"] }, " ",
            { "k": "struck", "c": ["struck"] }, { "k": "line" }, { "k": "code", "s": "inline()" }, { "k": "ref", "n": 1 }] },
        { "k": "list", "start": null, "tight": true, "items": [
            { "task": true, "c": [paragraph("done")] },
            { "task": false, "c": [paragraph("open")] },
        ] },
        { "k": "list", "start": 7, "tight": false, "items": [
            { "task": null, "c": [paragraph("seventh"), { "k": "list", "start": null, "tight": true, "items": [{ "c": [paragraph("below")] }] }] },
            { "task": null, "c": [paragraph("eighth")] },
        ] },
        { "k": "quote", "c": [paragraph("quoted")] },
        { "k": "rule" },
        { "k": "code", "lang": "python", "s": "def f(x):\n    return x  # note" },
        { "k": "source", "s": "<b>raw</b>" },
        { "k": "note", "label": "lost", "c": [paragraph("a lost note")] },
    ]))
    .words();
    for seen in [
        "A heading",
        "plain strong stressed struck",
        "inline()",
        "done",
        "open",
        "7.",
        "seventh",
        "below",
        "8.",
        "eighth",
        "quoted",
        "def f(x):",
        "return x",
        "<b>raw</b>",
        "a lost note",
    ] {
        assert!(words.contains(seen), "{seen}: {words}");
    }
}

#[test]
fn footnotes_stand_under_their_message() {
    let mut one = message(1, json!([{ "k": "p", "c": ["claim", { "k": "ref", "n": 1 }] }]));
    one["notes"] = json!([[paragraph("the source of it")]]);
    let words = print(&part(vec![one, message(2, json!([paragraph("next")]))])).words();
    assert!(words.find("the source of it").unwrap() < words.find("next").unwrap(), "{words}");
}

#[test]
fn a_message_says_how_it_ended() {
    let mut one = message(2, json!([paragraph("half a sen")]));
    one["marks"] = json!(["interrupted"]);
    let words = print(&part(vec![one])).words();
    assert!(
        words.contains("Model gpt-4.1") && words.contains("14:02:11 UTC") && words.contains("interrupted"),
        "{words}"
    );
}

#[test]
fn a_table_keeps_every_cell_however_wide() {
    let cell = |text: &str| json!([text]);
    let wide = "supercalifragilistic".repeat(8);
    let rows: Vec<Value> =
        (0..600).map(|n| json!([cell(&format!("row {n}")), cell(&wide), cell("9.99"), cell("yes")])).collect();
    let table = json!({ "k": "table", "align": ["natural", "left", "right", "center"],
        "head": [cell("Name"), cell("What"), cell("Cost"), cell("Done")], "rows": rows });
    let many: Vec<Value> = (0..40).map(|n| cell(&format!("c{n}"))).collect();
    let broad = json!({ "k": "table", "align": [], "head": many, "rows": [many] });
    let printed = set(json!([table, broad]));
    let words = printed.words();
    for seen in ["row 0", "row 599", "Name", "9.99", "c39"] {
        assert!(words.contains(seen), "{seen}");
    }
    let structure = printed.told("pdfinfo", &["-struct"], &[]);
    assert!(structure.contains("Table") && structure.contains("TH") && structure.contains("TD"));
}

#[test]
fn mathematics_is_set() {
    let formulas = [
        "$E = mc^2$",
        "$$\\int_0^\\infty e^{-x^2}\\,dx = \\frac{\\sqrt{\\pi}}{2}$$",
        "\\[\\sum_{i=1}^{n} \\left( x_i - \\bar{x} \\right)^2 \\leq \\mathbb{E}[X] \\cdot \\mathcal{L}\\]",
        "$$\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}$$",
        "$$f(x) = \\begin{cases} 1 & x > 0 \\\\ 0 & \\text{otherwise} \\end{cases}$$",
        "$$\\begin{aligned} a &= b + c \\\\ &= d \\end{aligned}$$",
        "$$\\lim_{n \\to \\infty} \\hat{\\theta}_n \\neq \\vec{v} \\in \\mathbf{R}^{3}$$",
    ];
    let body: Vec<Value> = formulas.iter().map(|source| json!({ "k": "math", "s": source })).collect();
    let printed = set(json!(body));
    let words = printed.words();
    assert!(!words.contains("\\frac") && !words.contains("begin") && !words.contains("mathbb"), "{words}");
    for sign in ['∫', '∑', '≤', '∞'] {
        assert!(words.contains(sign), "{sign}: {words}");
    }
    let structure = printed.told("pdfinfo", &["-struct"], &[]);
    assert!(structure.matches("Formula").count() >= formulas.len(), "{structure}");
}
