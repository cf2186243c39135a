# A browser without a screen that opens our pages in the tests: Debian's Chromium and the driver that was built with it.
ARG BASE
FROM ${BASE}
RUN apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
    chromium chromium-driver fonts-dejavu-core && apt-get clean && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home reader && mkdir /pages
USER reader
CMD ["chromedriver", "--port=9515", "--allowed-ips=", "--allowed-origins=*"]
