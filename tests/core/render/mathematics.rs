//! Formulas are formulas, and money is money.

use skein_core::render::{html, html_on_paper};

use crate::allowed::{check, text};

#[test]
fn money_is_not_mathematics() {
    for money in [
        "$5 and $10",
        "$5, or 10$",
        "It costs $20 (or £16), not $25.",
        "from $1,000 to $2,000 a year",
        "US$5 and A$6",
        "5$ here and 6$ there",
        "$5/month and $50/year",
        "a $5-$10 range",
        "$HOME/bin:$PATH",
        "\\$x\\$",
        "$",
        "$$",
        "$$$",
        "the $variable and the other$",
        "costs $ 5 $",
    ] {
        let shown = html(money);
        check(&shown).unwrap();
        assert!(!shown.contains("math"), "{money:?}: {shown}");
        assert_eq!(text(&shown), money.replace('\\', ""));
    }
}

/// The formula as the window keeps it for copying.
fn source(formula: &str) -> String {
    format!("data-source=\"{}\"", formula.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
}

#[test]
fn formulas_are_laid_out_and_keep_their_source() {
    for (markdown, formula) in [
        ("so $x$ is", "$x$"),
        ("$E = mc^2$", "$E = mc^2$"),
        ("the $n$th", "$n$"),
        ("$a_1, b_1$ and *c*", "$a_1, b_1$"),
        ("$2x + 3 = 7$", "$2x + 3 = 7$"),
        ("$x, y$", "$x, y$"),
        ("a \\(a_b *c* d_e\\) b", "\\(a_b *c* d_e\\)"),
        ("$$\\sum_{i=1}^n i$$ inline", "$$\\sum_{i=1}^n i$$"),
        ("**$x^2$**", "$x^2$"),
        ("| a | b |\n|---|---|\n| $|x| > 1$ | y |", "$|x| > 1$"),
        ("$a<b$ and $c>d$", "$a<b$"),
    ] {
        let shown = html(markdown);
        check(&shown).unwrap_or_else(|why| panic!("{markdown:?}: {why}\n{shown}"));
        let begins = format!("<span class=\"math\" dir=\"ltr\" {}><math display=\"inline\">", source(formula));
        assert!(shown.contains(&begins), "{markdown:?}: {shown}");
    }
    assert!(html("$x^2$").contains("<msup><mi>x</mi><mn>2</mn></msup>"));
}

#[test]
fn a_formula_on_its_own_is_a_block() {
    let begins = |formula: &str| {
        format!("<div class=\"math\" dir=\"ltr\" tabindex=\"0\" {}><math display=\"block\">", source(formula))
    };
    for (markdown, formula) in [
        ("$$x_1 * y_1 * z$$", "$$x_1 * y_1 * z$$"),
        ("$$\nx_1 \\\\\n  y_2\n$$", "$$\nx_1 \\\\\ny_2\n$$"),
        ("\\[\na_b\n\\]", "\\[\na_b\n\\]"),
        ("> \\[ a_b_c \\]", "\\[ a_b_c \\]"),
        (
            "\\[ \\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix} \\]",
            "\\[ \\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix} \\]",
        ),
        (
            "$$\\frac{1}{\\sqrt{2\\pi}} \\int_0^\\infty e^{-x^2} dx$$",
            "$$\\frac{1}{\\sqrt{2\\pi}} \\int_0^\\infty e^{-x^2} dx$$",
        ),
    ] {
        let shown = html(markdown);
        check(&shown).unwrap_or_else(|why| panic!("{markdown:?}: {why}\n{shown}"));
        if formula.contains("_b_c") {
            // Two indices in a row mean nothing: the source is shown.
            assert!(shown.contains("<div class=\"math\" dir=\"ltr\"><code>"), "{shown}");
        } else {
            assert!(shown.contains(&begins(formula)), "{markdown:?}: {shown}");
        }
    }
}

#[test]
fn a_formula_that_cannot_be_read_shows_its_source() {
    for formula in [
        "$\\frac{a$",
        "$\\nosuchcommand{x}^2$",
        "$\\operatorname{<script>x^2}$",
        "$\\def\\a{\\a\\a}\\a^2$",
        "$\\newcommand{\\x}{\\x\\x}\\x^2$",
    ] {
        let shown = html(formula);
        check(&shown).unwrap_or_else(|why| panic!("{formula:?}: {why}\n{shown}"));
        assert!(shown.contains("<code class=\"math\" dir=\"ltr\">"), "{formula:?}: {shown}");
        assert_eq!(text(&shown), formula);
    }
    let deep = format!("\\(x^{}2{}\\)", "{".repeat(900), "}".repeat(900));
    assert!(html(&deep).contains("<code class=\"math\""), "too deep");
    let roots = format!("\\({} x\\)", "\\sqrt".repeat(700));
    check(&html(&roots)).unwrap();
}

#[test]
fn spaces_are_as_wide_as_is_seen_and_no_longer_written() {
    for (formula, width) in [("$a\\,b$", "0.1666em"), ("$a\\:b$", "0.2222em"), ("$a\\;b$", "0.2777em")] {
        let shown = html(formula);
        check(&shown).unwrap_or_else(|why| panic!("{formula}: {why}\n{shown}"));
        assert!(shown.contains(&format!("width=\"{width}\"")), "{shown}");
    }
}

#[test]
fn formulas_without_end_are_text_from_the_thousandth_on() {
    let shown = html(&"$x^2$ ".repeat(1_200));
    check(&shown).unwrap();
    assert_eq!((shown.matches("<math ").count(), shown.matches("<code").count()), (1_000, 0));
    assert_eq!(text(&shown).matches("$x^2$").count(), 200);
}

#[test]
fn formulas_on_paper_are_laid_out_as_in_the_window_and_keep_their_source() {
    for formula in ["so $x^2$", "$$\\frac{a}{b}$$", "$\\notacommand$"] {
        assert_eq!(html_on_paper(formula), html(formula));
    }
    assert!(html_on_paper("so $x^2$").contains("<msup>"));
}

#[test]
fn code_and_addresses_keep_their_dollars() {
    assert_eq!(html("`$x$ \\(y\\)`"), "<p dir=\"auto\"><code>$x$ \\(y\\)</code></p>");
    assert!(text(&html("```sh\necho $A=1 $B$ \\(x\\)\n```")).ends_with("echo $A=1 $B$ \\(x\\)"));
    assert!(html("[a](https://x.example/$x$)").contains("href=\"https://x.example/$x$\""));
    assert_eq!(text(&html("<b title=\"$x$\">")), "<b title=\"$x$\">");
}
