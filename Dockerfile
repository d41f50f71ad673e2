FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY . .
# SQLite and libpq are compiled from the crates that bundle them: the compiler is all they need. The allocator is built with make.
RUN apt-get update && apt-get install -y --no-install-recommends make && rm -rf /var/lib/apt/lists/*
# Both caches outlive the build, so a change in src/ recompiles this crate alone.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked && cp target/release/marchline /usr/local/bin/

FROM debian:bookworm-slim
# For connections to other servers by TLS: the certificates to trust.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --home-dir /data --create-home --shell /usr/sbin/nologin marchline
COPY --from=build /usr/local/bin/marchline /usr/local/bin/marchline
COPY LICENSE-MIT LICENSE-APACHE /usr/share/doc/marchline/

USER marchline
WORKDIR /data
VOLUME /data
ENV DATABASE_URL=sqlite:///data/marchline.db \
    MARCHLINE_BIND=0.0.0.0:8080 \
    RUST_LOG=info
EXPOSE 8080
# By bash itself, which saves installing an HTTP client.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["bash", "-c", \
    "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /healthz HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [[ $status == 200 ]]"]
ENTRYPOINT ["marchline"]
CMD ["serve"]
