"""Files: what a large upload costs in memory and time, and how fast it comes back. Its own store, on a folder.

The comparison is the least that any server must do with the bytes: SHA-256 and AES-256-GCM over the same file, by
OpenSSL, in the same run.
"""
import hashlib
import http.client
import os
import subprocess
import time
from pathlib import Path

LARGE = 500 << 20
SMALL, SMALL_SIZE = 200, 64 << 10
BOUNDARY = "tributary-bench-boundary"


class Files:
    def __init__(self, run, arguments, folder):
        self.run, self.a, self.folder = run, arguments, folder
        folder.mkdir(parents=True)
        self.t = run.Tributary(arguments.binary, folder / "data", {"TRIBUTARY_FILES_FREE_FILE_MB": "1024"})
        self.r = {}

    def say(self, text):
        print(f"▸ files: {text}", flush=True)

    def peak_mb(self):
        """The most memory that the server ever had, since it was last set back."""
        status = Path(f"/proc/{self.t.process.pid}/status").read_text()
        return int(next(l.split()[1] for l in status.splitlines() if l.startswith("VmHWM"))) / 1024

    def forget_peak(self):
        Path(f"/proc/{self.t.process.pid}/clear_refs").write_text("5")

    def post(self, name, length, pieces):
        """A multipart upload whose body is never whole in memory here either."""
        head = (
            f'--{BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="{name}"\r\n'
            "content-type: application/octet-stream\r\n\r\n"
        ).encode()
        tail = f"\r\n--{BOUNDARY}--\r\n".encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.t.port, timeout=600)
        connection.putrequest("POST", "/api/v1/files")
        connection.putheader("authorization", f"Bearer {self.token}")
        connection.putheader("content-type", f"multipart/form-data; boundary={BOUNDARY}")
        connection.putheader("content-length", str(len(head) + length + len(tail)))
        connection.endheaders(head)
        for piece in pieces:
            connection.send(piece)
        connection.send(tail)
        answer = connection.getresponse()
        body = self.run.json.loads(answer.read())
        connection.close()
        if answer.status != 201:
            raise SystemExit(f"upload of {name}: {answer.status} {body}")
        return body["data"]

    def fetch(self, url):
        """Length and hash of what comes back."""
        connection = http.client.HTTPConnection("127.0.0.1", self.t.port, timeout=600)
        connection.request("GET", url)
        answer, digest, length = connection.getresponse(), hashlib.sha256(), 0
        while piece := answer.read(1 << 20):
            digest.update(piece)
            length += len(piece)
        connection.close()
        return answer.status, length, digest.hexdigest()

    def ready(self, file):
        for _ in range(1200):
            now = self.t.ask("GET", f"/api/v1/files/{file}", self.token)["data"]
            if now["status"] == "ready":
                return now
            time.sleep(0.1)
        raise SystemExit(f"a file stays {now['status']}: {now['steps']}")

    def large(self):
        self.say("one of 500 MB")
        source = self.folder / "large.bin"
        noise, digest = os.urandom(1 << 20), hashlib.sha256()
        with open(source, "wb") as out:
            for n in range(LARGE >> 20):
                piece = n.to_bytes(8, "big") + noise[8:]
                digest.update(piece)
                out.write(piece)

        def pieces():
            with open(source, "rb") as file:
                while piece := file.read(1 << 20):
                    yield piece

        idle = self.t.resident_mb()
        self.forget_peak()
        began = time.perf_counter()
        file = self.post("large.bin", LARGE, pieces())
        took = time.perf_counter() - began
        peak = self.peak_mb()
        file = self.ready(file["id"])
        if file["sha256"] != digest.hexdigest():
            raise SystemExit("what was stored is not what was sent")
        self.forget_peak()
        began = time.perf_counter()
        status, length, back = self.fetch(file["url"])
        took_back = time.perf_counter() - began
        if (status, length, back) != (200, LARGE, digest.hexdigest()):
            raise SystemExit(f"what came back is not what was sent: {status}, {length} bytes")
        self.r["large"] = {
            "idle_mb": idle,
            "peak_up_mb": peak,
            "peak_down_mb": self.peak_mb(),
            "up_mb_s": LARGE / 1048576 / took,
            "down_mb_s": LARGE / 1048576 / took_back,
            "floor_mb_s": self.floor(source),
        }
        source.unlink()

    def floor(self, source):
        """Hash, cipher and write, by OpenSSL, one after the other as one pass over the bytes must do."""
        began = time.perf_counter()
        subprocess.run(["openssl", "dgst", "-sha256", str(source)], check=True, capture_output=True)
        sealed = self.folder / "floor.bin"
        cipher = ["openssl", "enc", "-aes-256-ctr", "-K", "0" * 64, "-iv", "0" * 32, "-in", str(source), "-out", str(sealed)]
        subprocess.run(cipher, check=True, capture_output=True)
        with open(sealed, "rb+") as file:
            os.fsync(file.fileno())
        took = time.perf_counter() - began
        sealed.unlink()
        return LARGE / 1048576 / took

    def small(self):
        self.say(f"{SMALL} of 64 kB, one after the other")
        times = []
        for n in range(SMALL):
            text = (f"Note {n}. " + "A sentence as people write them, of some length. " * 1400).encode()[:SMALL_SIZE]
            began = time.perf_counter()
            last = self.post(f"note {n}.txt", len(text), [text])
            times.append((time.perf_counter() - began) * 1000)
        self.ready(last["id"])
        times.sort()
        self.r["small"] = {"p50": times[SMALL // 2], "p95": times[SMALL * 95 // 100]}

    def measure(self):
        self.t.start()
        self.run.wait_for(self.t.port)
        try:
            body = {"email": "files@bench.test", "password": self.run.PASSWORD, "full_name": "Files"}
            session = self.t.ask("POST", "/api/v1/auth/register", body=body)["data"]["access_token"]
            self.token = self.t.ask("POST", "/api/v1/tokens", session, {"name": "bench"})["data"]["token"]
            self.large()
            self.small()
        finally:
            self.t.stop()
        return self.r
