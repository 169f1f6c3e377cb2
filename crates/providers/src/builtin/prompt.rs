//! How a conversation is written down for the model: ChatML, as SmolLM2 learned it.

use crate::{Conversation, Message, Part, Role};

/// What the model was trained to hear when nobody gives instructions.
const DEFAULT_SYSTEM: &str = "You are a helpful AI assistant named SmolLM, trained by Hugging Face";

/// One message, ready to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Turn {
    /// `system`, `user` or `assistant`.
    pub(super) role: &'static str,
    /// Its words.
    pub(super) text: String,
}

/// Writes text and control tokens.
pub(super) trait Writer {
    /// `<|im_start|>`
    fn begin(&mut self);
    /// `<|im_end|>`
    fn end(&mut self);
    /// Words.
    fn text(&mut self, text: &str);
}

/// The turns of a conversation, instructions first.
pub(super) fn turns(conversation: &Conversation) -> Vec<Turn> {
    let mut system = String::new();
    let mut turns = vec![];
    for message in &conversation.messages {
        let text = words(message);
        match message.role {
            Role::System if !system.is_empty() => system = format!("{system}\n\n{text}"),
            Role::System => system = text,
            Role::User | Role::Tool => turns.push(Turn { role: "user", text }),
            Role::Assistant if text.is_empty() => {}
            Role::Assistant => turns.push(Turn {
                role: "assistant",
                text,
            }),
        }
    }
    if system.is_empty() {
        DEFAULT_SYSTEM.clone_into(&mut system);
    }
    turns.insert(
        0,
        Turn {
            role: "system",
            text: system,
        },
    );
    turns
}

fn words(message: &Message) -> String {
    let part = |part: &Part| match part {
        Part::Text(text) => text.clone(),
        // It cannot see or hear, but it may know that there was something.
        Part::Image { .. } => "[picture]".to_owned(),
        Part::Audio { .. } => "[recording]".to_owned(),
        Part::File { .. } => "[file]".to_owned(),
    };
    message.parts.iter().map(part).collect()
}

/// Writes one turn.
pub(super) fn write(turn: &Turn, to: &mut impl Writer) {
    to.begin();
    to.text(&format!("{}\n{}", turn.role, turn.text));
    to.end();
    to.text("\n");
}

/// Writes the beginning of the answer.
pub(super) fn write_answer_head(to: &mut impl Writer) {
    to.begin();
    to.text("assistant\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Writer for String {
        fn begin(&mut self) {
            self.push_str("<|im_start|>");
        }
        fn end(&mut self) {
            self.push_str("<|im_end|>");
        }
        fn text(&mut self, text: &str) {
            self.push_str(text);
        }
    }

    fn written(messages: Vec<Message>) -> String {
        let mut out = String::new();
        for turn in turns(&Conversation::new(messages)) {
            write(&turn, &mut out);
        }
        write_answer_head(&mut out);
        out
    }

    #[test]
    fn a_conversation_is_written_as_the_model_learned_it() {
        assert_eq!(
            written(vec![
                Message::user("Hi"),
                Message::assistant("Hello!"),
                Message::user("Who are you?")
            ]),
            "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n\
             <|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello!<|im_end|>\n\
             <|im_start|>user\nWho are you?<|im_end|>\n<|im_start|>assistant\n"
        );
    }

    #[test]
    fn instructions_are_joined_and_what_it_cannot_read_is_named() {
        let mut picture = Message::user("Look: ");
        picture.parts.push(Part::Image {
            source: crate::Source::Id("x".into()),
            detail: None,
        });
        let mut call = Message::assistant("");
        call.parts.clear();
        assert_eq!(
            written(vec![
                Message::system("Be brief."),
                picture,
                call,
                Message::tool("1", "42"),
                Message::system("Be kind.")
            ]),
            "<|im_start|>system\nBe brief.\n\nBe kind.<|im_end|>\n<|im_start|>user\nLook: [picture]<|im_end|>\n\
             <|im_start|>user\n42<|im_end|>\n<|im_start|>assistant\n"
        );
    }
}
