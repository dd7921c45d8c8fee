Console.WriteLine(args.Length == 0 ? "Hello from C#." : $"Hello, {string.Join(' ', args)}.");
