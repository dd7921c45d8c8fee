return AzaleaOS.Bench.BenchProgram.Run(args);
