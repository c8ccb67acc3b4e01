# The service in an image: built from the lock with hashes, run by a user without rights, on a root file system that
# may be read-only. The program's own files are mounted at /program; /data is needed only where no database is set.
#   docker build --tag sounding-board .
# With what sends traces away: --build-arg LOCK=requirements-otel.lock
#   docker run --read-only --tmpfs /tmp --volume "$PWD/program:/program:ro" --volume data:/data … sounding-board

FROM python:3.12-slim-bookworm AS built
WORKDIR /build
ARG LOCK=requirements.lock
COPY requirements.lock requirements-otel.lock ./
RUN python -m venv /opt/sounding-board && \
    /opt/sounding-board/bin/pip install --no-cache-dir --require-hashes --requirement "$LOCK"
COPY pyproject.toml README.md LICENSE label_taxonomy.yml program.yml ./
COPY schemas schemas
COPY templates templates
COPY app app
RUN /opt/sounding-board/bin/pip install --no-cache-dir --no-index --no-deps --no-build-isolation .

FROM python:3.12-slim-bookworm
COPY --from=built /opt/sounding-board /opt/sounding-board
RUN install --directory --owner=10001 --group=10001 --mode=0700 /data
ENV PATH=/opt/sounding-board/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    SOUNDING_BOARD_CONFIG_DIR=/program \
    SOUNDING_BOARD_DATA_DIR=/data \
    SOUNDING_BOARD_HOST=0.0.0.0 \
    SOUNDING_BOARD_PORT=8080
WORKDIR /program
USER 10001:10001
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
# Whether deliveries can be taken in; whoever runs `worker`, which listens nowhere, switches it off.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"SOUNDING_BOARD_PORT\"]}/readyz', timeout=4)"]
ENTRYPOINT ["sounding-board"]
CMD ["serve"]
