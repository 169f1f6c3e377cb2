//! The floor: a proxy that reads the request, parses its JSON once (as a gateway must, for `model`), keeps its
//! connections and passes the answer on byte by byte. No key, no limit, no log. Nothing built on hyper costs less.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use crate::{Error, Options};

type Sender = SendRequest<Full<Bytes>>;
type Answer = Response<BoxBody<Bytes, hyper::Error>>;

struct Floor {
    upstream: String,
    idle: Mutex<Vec<Sender>>,
}

impl Floor {
    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Sender>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn sender(&self) -> Result<Sender, Error> {
        let kept = self.idle().pop();
        if let Some(mut sender) = kept.filter(|s| !s.is_closed())
            && sender.ready().await.is_ok()
        {
            return Ok(sender);
        }
        let stream = TcpStream::connect(&self.upstream).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(sender)
    }

    async fn pass(self: Arc<Self>, request: Request<Incoming>) -> Result<Answer, Error> {
        let path = request.uri().path().to_owned();
        let body = request.into_body().collect().await?.to_bytes();
        serde_json::from_slice::<serde_json::Value>(&body)?;
        let mut sender = self.sender().await?;
        let onward = Request::post(path)
            .header("host", &self.upstream)
            .header("content-type", "application/json")
            .header("authorization", "Bearer sk-stand-in")
            .body(Full::new(body))?;
        let answer = sender.send_request(onward).await?;
        tokio::spawn(async move {
            if sender.ready().await.is_ok() {
                self.idle().push(sender);
            }
        });
        Ok(answer.map(BodyExt::boxed))
    }
}

fn failed(error: &Error) -> Answer {
    let text = Full::new(Bytes::from(error.to_string()));
    let mut answer = Response::new(text.map_err(|never| match never {}).boxed());
    *answer.status_mut() = hyper::StatusCode::BAD_GATEWAY;
    answer
}

pub async fn run(options: &Options) -> Result<(), Error> {
    let listener = TcpListener::bind(("127.0.0.1", options.number("port", 0))).await?;
    let upstream = options.text("upstream").ok_or("--upstream host:port")?.to_owned();
    let floor = Arc::new(Floor {
        upstream,
        idle: Mutex::default(),
    });
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let floor = floor.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let floor = floor.clone();
                async move {
                    Ok::<_, Infallible>(floor.pass(request).await.unwrap_or_else(|error| failed(&error)))
                }
            });
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}
