# A droplet on which the distribution's own cloud-init works at each boot, as on a rented one.
ARG BASE
FROM ${BASE}
RUN apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends cloud-init && apt-get clean
COPY 90-provider.cfg /etc/cloud/cloud.cfg.d/90-provider.cfg
RUN mkdir -p /var/lib/cloud/seed/nocloud
