//! Reads filters and PATCH paths by recursive descent.

use serde_json::Number;

use super::lexer::{Lexer, Token};
use super::{CompareOperator, CompareValue, Filter, MAX_FILTER_DEPTH};
use crate::path::{self, AttributePath, PatchPath};
use crate::syntax::SyntaxError;

/// Whose attributes a filter names.
#[derive(Clone, Copy, PartialEq)]
enum Scope {
    Resource,
    /// An element of a multi-valued attribute, in brackets.
    ///
    /// Complex attributes have no complex sub-attributes (RFC 7643 §2.3.8), so that there are no
    /// brackets within brackets.
    Element,
}

/// A parser with one token of lookahead.
pub(crate) struct Parser<'a> {
    lexer: Lexer<'a>,
    token: Token<'a>,
    /// Where the token starts.
    at: usize,
    /// How many parentheses and brackets are open.
    depth: usize,
}

impl<'a> Parser<'a> {
    pub(crate) fn new(text: &'a str) -> Result<Self, SyntaxError> {
        let mut lexer = Lexer::new(text);
        let (at, token) = lexer.token()?;
        Ok(Self { lexer, token, at, depth: 0 })
    }

    /// Reads a whole text as a filter.
    pub(crate) fn filter(mut self) -> Result<Filter, SyntaxError> {
        let filter = self.disjunction(Scope::Resource)?;
        match self.token {
            Token::End => Ok(filter),
            _ => Err(self.expected("'and', 'or' or the end")),
        }
    }

    /// Reads a whole text as the path of a PATCH operation.
    pub(crate) fn patch_path(mut self) -> Result<PatchPath, SyntaxError> {
        let attribute = self.attribute()?;
        let mut path = PatchPath { attribute, filter: None, sub_attribute: None };
        if self.token == Token::OpenBracket && path.attribute.sub_attribute.is_none() {
            path.filter = Some(self.brackets()?);
            path.sub_attribute = self.sub_attribute()?;
        }
        match self.token {
            Token::End => Ok(path),
            _ => Err(self.expected("the end of the path")),
        }
    }

    fn disjunction(&mut self, scope: Scope) -> Result<Filter, SyntaxError> {
        let first = self.conjunction(scope)?;
        if !self.is_word("or") {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.is_word("or") {
            self.advance()?;
            parts.push(self.conjunction(scope)?);
        }
        Ok(Filter::Or(parts))
    }

    fn conjunction(&mut self, scope: Scope) -> Result<Filter, SyntaxError> {
        let first = self.term(scope)?;
        if !self.is_word("and") {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.is_word("and") {
            self.advance()?;
            parts.push(self.term(scope)?);
        }
        Ok(Filter::And(parts))
    }

    fn term(&mut self, scope: Scope) -> Result<Filter, SyntaxError> {
        if self.token == Token::OpenParenthesis {
            return self.group(scope);
        }
        if self.is_word("not") {
            self.advance()?;
            return match self.token {
                Token::OpenParenthesis => Ok(Filter::Not(Box::new(self.group(scope)?))),
                _ => Err(self.expected("'(' after 'not'")),
            };
        }
        let path = self.attribute()?;
        match self.token {
            Token::OpenBracket if scope == Scope::Resource && path.sub_attribute.is_none() => self.value_path(path),
            _ => self.expression(path),
        }
    }

    fn group(&mut self, scope: Scope) -> Result<Filter, SyntaxError> {
        self.open()?;
        let filter = self.disjunction(scope)?;
        self.close(Token::CloseParenthesis, "')'")?;
        Ok(filter)
    }

    fn brackets(&mut self) -> Result<Filter, SyntaxError> {
        self.open()?;
        let filter = self.disjunction(Scope::Element)?;
        self.close(Token::CloseBracket, "']'")?;
        Ok(filter)
    }

    fn value_path(&mut self, path: AttributePath) -> Result<Filter, SyntaxError> {
        let mut filter = self.brackets()?;
        // Not in the grammar, but sent: `emails[type eq "work"].value eq "x"`.
        if let Some(attribute) = self.sub_attribute()? {
            let sub = AttributePath { schema: None, attribute, sub_attribute: None };
            let expression = self.expression(sub)?;
            filter = match filter {
                Filter::And(mut parts) => {
                    parts.push(expression);
                    Filter::And(parts)
                }
                other => Filter::And(vec![other, expression]),
            };
        }
        Ok(Filter::ValuePath { path, filter: Box::new(filter) })
    }

    /// Reads what follows an attribute: `pr`, or an operator and a literal.
    fn expression(&mut self, path: AttributePath) -> Result<Filter, SyntaxError> {
        if self.is_word("pr") {
            self.advance()?;
            return Ok(Filter::Present(path));
        }
        let operator = match self.token {
            Token::Word(word) => CompareOperator::from_word(word),
            _ => None,
        };
        let Some(operator) = operator else {
            return Err(self.expected("an operator"));
        };
        self.advance()?;
        let value = self.value()?;
        Ok(Filter::Compare { path, operator, value })
    }

    fn value(&mut self) -> Result<CompareValue, SyntaxError> {
        let value = match self.token {
            Token::String { literal, plain: true } => {
                Some(CompareValue::String(literal[1..literal.len() - 1].to_owned()))
            }
            Token::String { literal, plain: false } => {
                let decoded = serde_json::from_str(literal).map_err(|_| {
                    let message = "expected a JSON string, found a bad escape or control character";
                    SyntaxError::new(self.at, message)
                })?;
                Some(CompareValue::String(decoded))
            }
            Token::Word(word) => literal(word),
            _ => None,
        };
        let value = value.ok_or_else(|| self.expected("a value"))?;
        self.advance()?;
        Ok(value)
    }

    fn attribute(&mut self) -> Result<AttributePath, SyntaxError> {
        let Token::Word(word) = self.token else {
            return Err(self.expected("an attribute"));
        };
        let path = AttributePath::read(word, self.at)?;
        self.advance()?;
        Ok(path)
    }

    /// Reads the `.name` behind a closing bracket, if there is one.
    fn sub_attribute(&mut self) -> Result<Option<String>, SyntaxError> {
        let Token::Word(word) = self.token else {
            return Ok(None);
        };
        let Some(name) = word.strip_prefix('.') else {
            return Ok(None);
        };
        let name = path::read_name(name, self.at + 1)?;
        self.advance()?;
        Ok(Some(name))
    }

    fn open(&mut self) -> Result<(), SyntaxError> {
        if self.depth == MAX_FILTER_DEPTH {
            let message = format!("more than {MAX_FILTER_DEPTH} nested parentheses and brackets");
            return Err(SyntaxError::new(self.at, message));
        }
        self.depth += 1;
        self.advance()
    }

    fn close(&mut self, token: Token<'_>, expected: &str) -> Result<(), SyntaxError> {
        if self.token != token {
            return Err(self.expected(&format!("'and', 'or' or {expected}")));
        }
        self.depth -= 1;
        self.advance()
    }

    fn is_word(&self, keyword: &str) -> bool {
        matches!(self.token, Token::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    fn advance(&mut self) -> Result<(), SyntaxError> {
        (self.at, self.token) = self.lexer.token()?;
        Ok(())
    }

    fn expected(&self, expected: &str) -> SyntaxError {
        let found = match self.token {
            Token::OpenParenthesis => Some("("),
            Token::CloseParenthesis => Some(")"),
            Token::OpenBracket => Some("["),
            Token::CloseBracket => Some("]"),
            Token::Word(word) => Some(word),
            Token::String { literal, .. } => Some(literal),
            Token::End => None,
        };
        SyntaxError::expected(self.at, expected, found)
    }
}

fn literal(word: &str) -> Option<CompareValue> {
    if word.eq_ignore_ascii_case("true") {
        Some(CompareValue::Bool(true))
    } else if word.eq_ignore_ascii_case("false") {
        Some(CompareValue::Bool(false))
    } else if word.eq_ignore_ascii_case("null") {
        Some(CompareValue::Null)
    } else {
        number(word).map(CompareValue::Number)
    }
}

/// Reads a JSON number (RFC 7159 §6).
///
/// `serde_json` would round floats by one in the last place (its `float_roundtrip` is off), and
/// then a printed filter were not the same filter.
fn number(word: &str) -> Option<Number> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());

    let unsigned = word.strip_prefix('-').unwrap_or(word);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (integer, fraction) = match mantissa.split_once('.') {
        Some((integer, fraction)) => (integer, Some(fraction)),
        None => (mantissa, None),
    };
    let is_number = digits(integer)
        && (integer == "0" || !integer.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(|text| digits(text.strip_prefix(['+', '-']).unwrap_or(text)));
    if !is_number {
        return None;
    }
    if fraction.is_none() && exponent.is_none() {
        if let Ok(integer) = word.parse::<u64>() {
            return Some(integer.into());
        }
        if let Ok(integer) = word.parse::<i64>() {
            return Some(integer.into());
        }
    }
    Number::from_f64(word.parse().ok()?)
}
