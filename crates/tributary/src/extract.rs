//! The process that reads a stranger's file (`tributary extract`): its standard input is the file, its standard output
//! takes [`Frame`]s. It limits itself before it reads the first byte, and whatever happens to it happens to it alone.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::panic::{AssertUnwindSafe, catch_unwind};

use clap::Args;
use documents::{Bounds, Frame, Kind, Tools, Unreadable, Work};
use rustix::process::{Resource, Rlimit, Signal, set_parent_process_death_signal, setrlimit};

/// What to read, and within which limits.
#[derive(Clone, Debug, Args)]
pub struct Extract {
    /// inspect, preview, text or ocr.
    #[arg(value_parser = work)]
    work: Work,
    /// The media type, as it was found.
    #[arg(long = "type", default_value = "application/octet-stream")]
    mime: String,
    /// The ending of the file's name.
    #[arg(long, default_value = "")]
    ending: String,
    /// The pages to look at; all of them unless told.
    #[arg(long, value_delimiter = ',')]
    pages: Vec<u32>,
    /// Megabytes of memory.
    #[arg(long, default_value_t = 1024)]
    memory: u64,
    /// Seconds of work.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
}

fn work(name: &str) -> Result<Work, String> {
    Work::named(name).ok_or_else(|| "no such work".to_owned())
}

/// Does the work.
pub fn run(task: &Extract) -> io::Result<()> {
    limit(task)?;
    // A panic is told as a failure of the file; what it would print may be the file's content.
    std::panic::set_hook(Box::new(|_| {}));
    let mut file = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let mut out = io::stdout().lock();
    let ended = catch_unwind(AssertUnwindSafe(|| read(task, &mut file, &mut out)));
    let last = match ended {
        Ok(Ok(())) => Frame::Done,
        Ok(Err(error)) => Frame::Failed {
            skipped: error.is_no_fault(),
            reason: error.to_string(),
        },
        Err(_) => Frame::Failed {
            reason: "the reader stumbled over it".into(),
            skipped: false,
        },
    };
    last.write(&mut out)
}

/// Limits this process, and what it starts, for good.
fn limit(task: &Extract) -> io::Result<()> {
    // Whoever asked for the answer is gone: nobody needs it.
    set_parent_process_death_signal(Some(Signal::KILL))?;
    for (resource, most) in [
        (Resource::As, task.memory << 20),
        (Resource::Cpu, task.seconds),
        (Resource::Fsize, 0),
        (Resource::Nofile, 64),
        (Resource::Core, 0),
    ] {
        setrlimit(
            resource,
            Rlimit {
                current: Some(most),
                maximum: Some(most),
            },
        )?;
    }
    Ok(())
}

fn read(task: &Extract, file: &mut File, out: &mut impl Write) -> Result<(), Unreadable> {
    let kind = Kind::of(&task.mime);
    let tools = Tools::over(file.try_clone()?);
    let bounds = Bounds::default();
    // Nobody hears it any more: the end comes by the closed pipe.
    let mut say = |frame: Frame| drop(frame.write(out));
    match task.work {
        Work::Inspect => {
            let seen = documents::inspect(file, &format!("file.{}", task.ending))?;
            say(Frame::Inspected {
                mime: seen.kind.mime.to_owned(),
                verdict: seen.verdict,
            });
        }
        Work::Preview => {
            let facts = documents::preview(file, kind, &tools, &mut |picture| say(Frame::picture(picture)))?;
            say(Frame::Facts(facts));
        }
        Work::Text => {
            let facts = documents::extract(file, kind, &bounds, &mut |page| say(Frame::Page(page)))?;
            say(Frame::Facts(facts));
        }
        Work::Ocr => {
            documents::ocr(file, kind, &task.pages, &tools, &bounds, &mut |page| {
                say(Frame::Page(page))
            })?;
        }
    }
    Ok(())
}
