using AzaleaOS.Sideloader.Commands;

return await SideloaderCommand.Create().Parse(args).InvokeAsync();
