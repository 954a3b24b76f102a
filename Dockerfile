# The program with what it needs to run, and nothing to build or test it with.
# BASE has Node 20.19 or later and Debian's tools; pin yours by its digest.
ARG BASE=docker.io/library/node:24-bookworm-slim

FROM ${BASE} AS packages
WORKDIR /app
# Where npm is to look, if not in its usual place. It stays in this stage.
ARG npm_config_registry
COPY package.json package-lock.json ./
# Scripts of packages are not run: none that is needed at run time has one that must.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund --cache /tmp/npm && rm -r /tmp/npm

FROM ${BASE}
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY package.json LICENSE ./
COPY bin bin
COPY config config
COPY policies policies
COPY tools tools
COPY src src
# A new volume takes its owner from the folder that it is mounted over. All else belongs to root.
RUN mkdir var /mirror && chown 65534:65534 var /mirror
USER 65534:65534
VOLUME ["/app/var", "/mirror"]

# Every second a night writes var/current.json anew. Asking for its age with find takes no part of the night's own
# processor and memory, as a second Node would.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD find var/current.json -newermt '-10 seconds' | grep -q .

ENTRYPOINT ["/bin/sh", "bin/container.sh"]
CMD ["--mode", "nore"]
