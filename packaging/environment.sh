# shellcheck shell=sh
# To be sourced: lets what is started afterwards compute with the OpenMP build of OpenBLAS.
#
# LibTorch from Debian is many times slower than it has to be with any other BLAS, and being
# installed is not enough: the system's alternatives prefer others, and stay as they are. `cmr` does
# this by itself; tests, benchmarks and python3-torch need it done for them.
for cmr_blas_folder in /usr/lib/*/openblas-openmp /usr/lib64/openblas-openmp; do
  if [ -e "$cmr_blas_folder/libblas.so.3" ]; then
    export LD_LIBRARY_PATH="$cmr_blas_folder${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
    # Threads of OpenMP that wait by spinning take the processor from everybody else.
    export OMP_WAIT_POLICY="${OMP_WAIT_POLICY:-PASSIVE}"
    break
  fi
done
unset cmr_blas_folder
