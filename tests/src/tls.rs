//! TLS in front of what stands in for AWS, so that a function shakes hands as it does when deployed.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::{env, fs, process};

use rcgen::CertifiedKey;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// Where Debian and Amazon Linux have the authorities that they trust.
const AUTHORITIES: [&str; 2] = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

/// A certificate for this machine, made anew for each run.
pub struct Tls {
    /// The file that `SSL_CERT_FILE` names, for a client to trust: beside the authorities of the machine, which a
    /// function reads where it is deployed.
    pub certificate: PathBuf,
    acceptor: TlsAcceptor,
}

impl Default for Tls {
    fn default() -> Self {
        let CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate is made");
        let certificate = env::temp_dir().join(format!("klue-scim-{}.pem", process::id()));
        let authorities = AUTHORITIES.iter().find_map(|file| fs::read_to_string(file).ok()).unwrap_or_default();
        fs::write(&certificate, cert.pem() + &authorities).expect("the certificate is written");
        let key = PrivateKeyDer::try_from(signing_key.serialize_der()).expect("the key is one");
        let config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![cert.der().clone()], key);
        Self { certificate, acceptor: TlsAcceptor::from(Arc::new(config.expect("certificate and key fit"))) }
    }
}

impl Tls {
    /// Puts TLS in front of a server on this machine and returns the address.
    pub async fn in_front_of(&self, url: &str) -> String {
        let server = url.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
        let port = listener.local_addr().expect("a listener has an address").port();
        let acceptor = self.acceptor.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (acceptor, server) = (acceptor.clone(), server.clone());
                tokio::spawn(async move {
                    client.set_nodelay(true)?;
                    let mut client = acceptor.accept(client).await?;
                    let mut server = TcpStream::connect(server).await?;
                    server.set_nodelay(true)?;
                    tokio::io::copy_bidirectional(&mut client, &mut server).await
                });
            }
        });
        format!("https://localhost:{port}")
    }
}

impl Drop for Tls {
    fn drop(&mut self) {
        // It is of no use to anybody else; one that is gone already need not be removed.
        let _ = fs::remove_file(&self.certificate);
    }
}
