# An image with nothing but the files: k8s-exec, the relay, completion and manual pages, licences; and an nsenter with
# file capabilities, for agents that are not root. Nothing has to be built again for an agent; it is used as
#
#   an init container   command: [/bin/relay, install, DIR]                   examples/own-image.yaml
#   an image volume     image: {reference: …}, from Kubernetes 1.33 on        examples/image-volume.yaml, …-nonroot.yaml
#   a stage             COPY --from=…, as Dockerfile.agent does
#
#   docker build -t registry.example/k8s-exec:2.1.0 .
#
#   EXECUTABLE    build: all is built here, with GraalVM (some minutes, 6 GB of memory);
#                 prebuilt: it is taken from cli/target, as "./mvnw package -Dnative" leaves it
#   VERSION       for the label only
#
# For two processors: docker buildx build --platform linux/amd64,linux/arm64 …. GraalVM 25 has no musl for arm64: there
# k8s-exec needs the C library of the image that it runs in, glibc 2.36 or newer, which Alpine has not (cli/pom.xml,
# "linking"). The relay needs none on either.

ARG EXECUTABLE=build
ARG GRAALVM_AMD64=ghcr.io/graalvm/native-image-community:25-muslib
ARG GRAALVM_ARM64=ghcr.io/graalvm/native-image-community:25
ARG DEBIAN_ARM64=docker.io/library/debian:12

FROM ${GRAALVM_AMD64} AS graalvm-amd64
# its compiler for musl has another name
RUN printf '#!/bin/sh\nexec x86_64-linux-musl-gcc "$@"\n' >/usr/local/bin/musl-gcc && chmod 755 /usr/local/bin/musl-gcc

FROM ${GRAALVM_ARM64} AS graalvm
FROM ${DEBIAN_ARM64} AS graalvm-arm64
RUN apt-get update -q && apt-get install -y -q --no-install-recommends \
    ca-certificates curl gcc libc6-dev musl-tools zlib1g-dev
COPY --from=graalvm /usr/lib64/graalvm /usr/lib64/graalvm
RUN ln -s /usr/lib64/graalvm/* /opt/graalvm
ENV JAVA_HOME=/opt/graalvm

FROM graalvm-${TARGETARCH} AS build
WORKDIR /k8s-exec
COPY . .
RUN ./mvnw -B -ntp -q clean package -DskipTests -Dnative -pl cli -am

FROM scratch AS prebuilt
COPY cli/target/k8s-exec cli/target/relay cli/target/nsenter /k8s-exec/cli/target/
COPY cli/target/completion /k8s-exec/cli/target/completion
COPY cli/target/man /k8s-exec/cli/target/man

FROM ${EXECUTABLE} AS executable

FROM scratch
ARG VERSION=
LABEL org.opencontainers.image.title="k8s-exec" \
    org.opencontainers.image.description="Runs a GoCD task's script in another container of the Pod: the files" \
    org.opencontainers.image.licenses="Apache-2.0" \
    org.opencontainers.image.version="${VERSION}"
# not in /, where a volume that is mounted at /k8s-exec would meet the file
COPY --from=executable --chmod=0555 /k8s-exec/cli/target/k8s-exec /k8s-exec/cli/target/relay /bin/
COPY --from=executable /k8s-exec/cli/target/completion /share/completion
COPY --from=executable /k8s-exec/cli/target/man /share/man
COPY LICENSE NOTICE /licenses/
# only root's group may run it, which GoCD's agents are in; a copy of it, as an init container would make, has none
COPY --from=executable --chmod=0750 /k8s-exec/cli/target/nsenter /libexec/nsenter
RUN ["/libexec/nsenter", "--give-capabilities"]
# GoCD's agents are this user: what it installs is the agent's, and it is not root
USER 1000:0
# smoke tests
RUN ["/bin/relay", "--version"]
RUN ["/bin/k8s-exec", "--version"]
ENTRYPOINT ["/bin/relay"]
