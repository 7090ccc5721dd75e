use super::fold;

fn check(one: &str, other: &str) {
    assert_eq!(fold(one), fold(other), "{one} and {other} are the same");
    assert_eq!(fold(&fold(one)), fold(one), "{one} is folded once and for all");
}

#[test]
fn ok_case_and_composition_do_not_matter() {
    check("ADA@Example.COM", "ada@example.com");
    check("STRASSE", "straße");
    check("ΣΊΣΥΦΟΣ", "σίσυφος");
    check("A\u{30a}", "å");
    check("Ａｄａ", "ada");
    check("\u{1f80}", "\u{1f88}");
    check("ﬃ", "FFI");
}

#[test]
fn ok_other_differences_do() {
    assert_ne!(fold("ada"), fold("ada "));
    assert_ne!(fold("a.da"), fold("ada"));
    assert_ne!(fold("é"), fold("e"));
}
