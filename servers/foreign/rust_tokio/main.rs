//! An echo server on tokio: a task per connection, on one thread or on one per processor.

use std::env;
use std::io::Result;
use std::net::{Ipv4Addr, SocketAddr};
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

async fn serve(endpoint: SocketAddr) -> Result<()> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(endpoint)?;
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
    let port: u16 = arguments[2].parse().expect("a port");
    let address = match arguments.get(3) {
        Some(text) => text.parse().expect("an IPv4 address"),
        None => Ipv4Addr::LOCALHOST,
    };
    builder.enable_io().build()?.block_on(serve((address, port).into()))
}
