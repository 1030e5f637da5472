/* maskgrid: does it matter which patches a masked autoencoder hides? */
#include "experiments/cli/cli.h"

int main(int argc, char **argv) { return cli_main(argc, argv); }
