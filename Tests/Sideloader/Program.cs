using AzaleaOS.Tests.Sideloader.Confinement;

return args is ["confined", .. string[] rest] ? ConfinedProgram.Run(rest) : 64;
