//! Cuts the text of a filter into tokens, without copying it.

use crate::syntax::SyntaxError;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Token<'a> {
    OpenParenthesis,
    CloseParenthesis,
    OpenBracket,
    CloseBracket,
    /// An attribute, an operator, a keyword or a number.
    Word(&'a str),
    /// A JSON string with its quotes; if plain, its value is what is between them.
    String {
        literal: &'a str,
        plain: bool,
    },
    End,
}

pub(super) struct Lexer<'a> {
    text: &'a str,
    position: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, position: 0 }
    }

    /// The next token and the offset of its first byte.
    pub(super) fn token(&mut self) -> Result<(usize, Token<'a>), SyntaxError> {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\t') = bytes.get(self.position) {
            self.position += 1;
        }
        let start = self.position;
        let Some(&first) = bytes.get(start) else {
            return Ok((start, Token::End));
        };
        let token = match first {
            b'(' => self.single(Token::OpenParenthesis),
            b')' => self.single(Token::CloseParenthesis),
            b'[' => self.single(Token::OpenBracket),
            b']' => self.single(Token::CloseBracket),
            b'"' => self.string()?,
            _ => self.word(),
        };
        Ok((start, token))
    }

    fn single(&mut self, token: Token<'a>) -> Token<'a> {
        self.position += 1;
        token
    }

    fn word(&mut self) -> Token<'a> {
        // All bytes that end a word are ASCII, so that the slice ends between characters.
        let rest = &self.text[self.position..];
        let length = rest
            .bytes()
            .position(|byte| matches!(byte, b' ' | b'\t' | b'(' | b')' | b'[' | b']' | b'"'))
            .unwrap_or(rest.len());
        self.position += length;
        Token::Word(&rest[..length])
    }

    fn string(&mut self) -> Result<Token<'a>, SyntaxError> {
        let start = self.position;
        let mut bytes = self.text.bytes().enumerate().skip(start + 1);
        let mut plain = true;
        while let Some((at, byte)) = bytes.next() {
            match byte {
                b'"' => {
                    self.position = at + 1;
                    return Ok(Token::String { literal: &self.text[start..=at], plain });
                }
                b'\\' => {
                    plain = false;
                    bytes.next();
                }
                // Raw control characters are not allowed in JSON: the decoder will say so.
                0..0x20 => plain = false,
                _ => {}
            }
        }
        Err(SyntaxError::new(start, "expected a closing quote for this string"))
    }
}
