# Menshen as one container: the service alone, nothing of the development tools, no rights, one volume for its data.
#
#   docker build -t menshen .
#   docker run --read-only --tmpfs /tmp -v menshen:/data -p 127.0.0.1:8000:8000 \
#     -e MENSHEN_SECRET_KEY="$(openssl rand -hex 32)" -e MENSHEN_PUBLIC_URL=https://menshen.example.edu menshen

ARG PYTHON=3.11

FROM python:${PYTHON}-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /srv/menshen
COPY requirements.lock ./
# Wheels only: nothing from outside runs while the image is built.
RUN python -m venv /opt/menshen \
 && /opt/menshen/bin/pip install --quiet --require-hashes --only-binary :all: --requirement requirements.lock
COPY app app
COPY policies policies
COPY adapters adapters
RUN /opt/menshen/bin/python -m compileall -q app policies adapters \
 && printf '#!/bin/sh\nexec /opt/menshen/bin/python -m app "$@"\n' > /opt/menshen/bin/menshen \
 && chmod 755 /opt/menshen/bin/menshen \
 && /opt/menshen/bin/pip uninstall --quiet --yes pip setuptools

FROM python:${PYTHON}-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin menshen \
 && install -d -o menshen -g menshen -m 700 /data
COPY --from=build /opt/menshen /opt/menshen
COPY --from=build /srv/menshen /srv/menshen
COPY LICENSE /srv/menshen/
ENV PATH=/opt/menshen/bin:$PATH PYTHONPATH=/srv/menshen PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    MENSHEN_DATABASE_URL=sqlite:////data/menshen.db MENSHEN_HOST=0.0.0.0 MENSHEN_PORT=8000
# The practice school is off: this image guards real lessons. Every address inside the container is its own.
WORKDIR /
USER menshen
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-c", \
  "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ['MENSHEN_PORT']}/healthz\", timeout=4)"]
ENTRYPOINT ["menshen"]
CMD ["serve"]
