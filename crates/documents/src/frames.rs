//! What the process that reads a stranger's file is asked for, and what it answers: a line of JSON for each thing it
//! found, as soon as it found it; a picture's bytes follow its line. What a process has said before it dies counts.

use std::io::{self, Write};

use serde::{Deserialize, Serialize};

use crate::{Facts, Page, Picture, Verdict};

/// What to do with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Work {
    /// Say whether it is safe to keep.
    Inspect,
    /// Paint it small.
    Preview,
    /// Read its text.
    Text,
    /// Read the text in its pictures.
    Ocr,
}

impl Work {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inspect => "inspect",
            Self::Preview => "preview",
            Self::Text => "text",
            Self::Ocr => "ocr",
        }
    }

    /// The work of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Inspect, Self::Preview, Self::Text, Self::Ocr]
            .into_iter()
            .find(|work| work.name() == name)
    }
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Frame {
    /// What it is and whether it is safe.
    Inspected {
        /// The media type.
        mime: String,
        /// Whether it may stay.
        verdict: Verdict,
    },
    /// A page's text.
    Page(Page),
    /// A picture.
    Picture {
        /// What it is of; its bytes are beside it.
        picture: Picture,
        /// How many bytes follow the line.
        length: usize,
    },
    /// What the file tells of itself.
    Facts(Facts),
    /// Nothing more can be done, for this reason.
    Failed {
        /// One short clause.
        reason: String,
        /// Whether such files are never read here: that is no fault of the file.
        skipped: bool,
    },
    /// Everything was said.
    Done,
}

impl Frame {
    /// A picture's frame.
    pub fn picture(picture: Picture) -> Self {
        Self::Picture {
            length: picture.bytes.len(),
            picture,
        }
    }

    /// Says it.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, self)?;
        out.write_all(b"\n")?;
        if let Self::Picture { picture, .. } = self {
            out.write_all(&picture.bytes)?;
        }
        out.flush()
    }

    /// Everything that was said, up to where the process was cut off.
    pub fn read_all(mut said: &[u8]) -> Vec<Self> {
        let mut frames = Vec::new();
        while let Some(end) = memchr::memchr(b'\n', said) {
            let Ok(mut frame) = serde_json::from_slice::<Self>(&said[..end]) else {
                break;
            };
            said = &said[end + 1..];
            if let Self::Picture { picture, length } = &mut frame {
                let Some((bytes, rest)) = said.split_at_checked(*length) else {
                    break;
                };
                picture.bytes = bytes.to_vec();
                said = rest;
            }
            frames.push(frame);
        }
        frames
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_before_a_death_counts() {
        let picture = Picture {
            page: 2,
            mime: "image/png".into(),
            width: 3,
            height: 4,
            bytes: b"\n{}\0\n".to_vec(),
        };
        let frames = [
            Frame::Page(Page {
                number: 1,
                text: "line\nline".into(),
            }),
            Frame::picture(picture),
            Frame::Failed {
                reason: "x".into(),
                skipped: true,
            },
            Frame::Done,
        ];
        let mut said = Vec::new();
        frames.iter().for_each(|frame| frame.write(&mut said).unwrap());
        assert_eq!(Frame::read_all(&said), frames);
        for cut in 0..said.len() {
            let heard = Frame::read_all(&said[..cut]);
            assert!(heard.len() < frames.len() && heard == frames[..heard.len()]);
        }
    }
}
