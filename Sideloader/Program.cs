using AzaleaOS.Sideloader.Commands;

return SideloaderCommand.Run(args);
