//! The real program as a child process, with its log in a file.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// The program that cargo built for this test.
const PROGRAM: &str = env!("CARGO_BIN_EXE_tributary");

pub struct Process {
    child: Child,
    pub base: String,
    log: PathBuf,
}

/// The program over a folder, with nothing of the outside in its environment.
pub fn command(data: &Path, settings: &[(&str, &str)]) -> Command {
    let mut command = Command::new(PROGRAM);
    command
        .env_clear()
        .current_dir(data.parent().unwrap_or(data))
        .args(["--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .env("TRIBUTARY_AI_DISCOVER", "false")
        .env("TRIBUTARY_AI_BUILTIN_MODEL", "false")
        .env("TRIBUTARY_CHAT_DRAFT_SECONDS", "0.2")
        .env("TRIBUTARY_LIMITS_REQUESTS", "0")
        .envs(settings.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}

impl Process {
    /// Starts it and waits until it says where it listens.
    pub async fn start(data: &Path, settings: &[(&str, &str)]) -> Self {
        Self::run(command(data, settings), data).await
    }

    /// The program where no file grows beyond 6 MB. To one process that is what a full disk looks like, and it needs no
    /// rights of the test.
    pub async fn on_a_full_disk(data: &Path) -> Self {
        let plain = command(data, &[]);
        // Blocks of 1,024 bytes. The signal that would end it is ignored, as a full disk sends none.
        let mut limited = Command::new("bash");
        limited
            .args(["-c", "trap '' XFSZ; ulimit -f 6144; exec \"$0\" \"$@\""])
            .arg(plain.get_program())
            .args(plain.get_args())
            .env_clear()
            .current_dir(data.parent().unwrap());
        for (name, value) in plain.get_envs() {
            limited.env(name, value.unwrap_or_default());
        }
        Self::run(limited, data).await
    }

    /// The same for a command that was made elsewhere.
    pub async fn run(mut command: Command, data: &Path) -> Self {
        let log = data.with_extension(format!("log-{}", kit::ids::new_id().simple()));
        command.stderr(File::create(&log).unwrap());
        let child = command.spawn().unwrap();
        let mut process = Self {
            child,
            base: String::new(),
            log,
        };
        let began = Instant::now();
        while process.base.is_empty() {
            let said = process.log();
            if let Some((_, rest)) = said.split_once("ready at ") {
                let address = |c: char| c.is_ascii_alphanumeric() || ":/.".contains(c);
                if let Some(end) = rest.find(|c| !address(c)) {
                    process.base = rest[..end].to_owned();
                }
            }
            let ended = process.child.try_wait().unwrap();
            assert!(ended.is_none(), "it ended: {said}");
            assert!(
                began.elapsed() < Duration::from_secs(20),
                "it does not start: {said}"
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        process
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Everything it has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Ends it as the machine would: in the middle of whatever it does.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Tells it to end.
    pub fn terminate(&self) {
        self.signal("-TERM");
    }

    /// Sends it a signal, such as `-STOP`.
    pub fn signal(&self, signal: &str) {
        let told = Command::new("kill")
            .args([signal, &self.id().to_string()])
            .status()
            .unwrap();
        assert!(told.success());
    }

    /// Waits for its end.
    pub async fn ended(&mut self, within: Duration) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(began.elapsed() < within, "it does not end: {}", self.log());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Megabytes of memory that are its own.
    pub fn memory(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find(|l| l.starts_with("VmRSS:")).unwrap();
        let kilobytes: usize = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        kilobytes / 1024
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
