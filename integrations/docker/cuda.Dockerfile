# Assay that renders on an NVIDIA GPU in its own process. Built from the zip for GPUs; the machine has the driver (580 or newer) and NVIDIA's
# container toolkit, the image has CUDA 13 and cuDNN 9:
#   mvn package -Pdist,cuda
#   docker build -f integrations/docker/cuda.Dockerfile -t assay:cuda reports/target
#   docker run --rm --gpus all -v "$PWD:/work" assay:cuda judge my-style.safetensors --base v1-5.safetensors --device cuda
ARG CUDA=13.0.1-cudnn-runtime-ubuntu24.04
FROM nvidia/cuda:${CUDA} AS unpacked
RUN apt-get update && apt-get install -y --no-install-recommends unzip && rm -rf /var/lib/apt/lists/*
COPY assay-*-linux-x86_64-gpu.zip /tmp/assay.zip
RUN unzip -q /tmp/assay.zip -d /opt && mv /opt/assay-* /opt/assay

FROM nvidia/cuda:${CUDA}
COPY --from=unpacked /opt/assay /opt/assay
RUN ln -s /opt/assay/bin/assay /usr/local/bin/assay && useradd --create-home assay && mkdir /work && chown assay /work
USER assay
WORKDIR /work
ENTRYPOINT ["assay"]
CMD ["--help"]
