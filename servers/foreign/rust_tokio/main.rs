//! An echo server on tokio: a task per connection, on one thread or on one per processor.

use std::env;
use std::io::Result;
use std::net::Ipv4Addr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::runtime::Builder;

async fn echo(mut client: TcpStream) -> Result<()> {
    let mut buffer = [0; 8192];
    client.set_nodelay(true)?;
    loop {
        let n = client.read(&mut buffer).await?;
        if n == 0 {
            return Ok(());
        }
        client.write_all(&buffer[..n]).await?;
    }
}

async fn serve(port: u16) -> Result<()> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind((Ipv4Addr::LOCALHOST, port).into())?;
    let listener = socket.listen(4096)?;
    loop {
        let (client, _) = listener.accept().await?;
        tokio::spawn(echo(client));
    }
}

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().collect();
    let mut builder = match arguments[1].as_str() {
        "current_thread" => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    let port = arguments[2].parse().expect("a port");
    builder.enable_io().build()?.block_on(serve(port))
}
