using AzaleaOS.Build.Commands;

return AzaleaCommand.Run(args);
