//! An echo server: a thread per connection.

use std::env;
use std::io::{Read, Result, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

fn echo(mut client: TcpStream) -> Result<()> {
    let mut buffer = [0; 8192];
    client.set_nodelay(true)?;
    loop {
        let n = client.read(&mut buffer)?;
        if n == 0 {
            return Ok(());
        }
        client.write_all(&buffer[..n])?;
    }
}

fn main() -> Result<()> {
    let port = env::args().nth(1).expect("a port");
    let address = env::args().nth(2).unwrap_or("127.0.0.1".into());
    let listener = TcpListener::bind(format!("{address}:{port}"))?;
    for client in listener.incoming() {
        let client = client?;
        thread::spawn(move || echo(client));
    }
    Ok(())
}
